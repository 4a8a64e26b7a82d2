package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a cleartext connection's first bytes: HTTP/2 with prior knowledge begins with its
 * preface (RFC 9113 section 3.4), everything else is HTTP/1.
 */
final class PrefaceDetector extends Connection {
  private static final ByteBuf PREFACE = Http2CodecUtil.connectionPrefaceBuf();

  private final long sinceNanos = System.nanoTime();
  private @Nullable ByteBuf read;

  PrefaceDetector(ServerLoop loop, Channel channel) {
    super(loop, channel, "http");
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (read != null) {
      in = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), read, in);
    }
    read = in;
    int length = Math.min(in.readableBytes(), PREFACE.readableBytes());
    for (int i = 0; i < length; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE.getByte(i)) {
        ctx.pipeline().addLast(new Http1Connection(loop(), channel(), scheme()));
        passOn(ctx, in);
        return;
      }
    }
    if (length == PREFACE.readableBytes()) {
      Http2Connection.install(ctx.pipeline(), loop(), scheme());
      passOn(ctx, in);
    }
  }

  private void passOn(ChannelHandlerContext ctx, ByteBuf in) {
    read = null;
    ctx.fireChannelRead(in);
    ctx.pipeline().remove(this);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (read != null) {
      read.release();
      read = null;
    }
  }

  @Override
  void tick(long now) {
    long limit = (read == null ? limits().idleTimeout() : limits().headerTimeout()).toNanos();
    if (now - sinceNanos > limit) {
      var _ = channel().close();
    }
  }

  /** Nothing: whatever it turns out to speak will say so. */
  @Override
  void drain() {}

  @Override
  void closeIfIdle() {
    if (read == null) {
      var _ = channel().close();
    }
  }
}
