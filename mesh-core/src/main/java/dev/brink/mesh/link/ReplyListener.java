package dev.brink.mesh.link;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.CompletableFuture;

/** Waits for the one reply to a control request. */
final class ReplyListener<M extends MessageLite> extends ChannelInboundHandlerAdapter {
  private static final int MAX_BYTES = 1 << 20;

  private final CompletableFuture<M> reply;
  private final Parser<M> parser;
  private final ByteBuf received = Unpooled.buffer(0, MAX_BYTES);

  ReplyListener(CompletableFuture<M> reply, Parser<M> parser) {
    this.reply = reply;
    this.parser = parser;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof Http2DataFrame data) {
        if (data.content().readableBytes() > MAX_BYTES - received.readableBytes()) {
          reply.completeExceptionally(
              new LinkException("reply: more than " + MAX_BYTES + " bytes"));
          return;
        }
        received.writeBytes(data.content());
        if (data.isEndStream()) {
          complete();
        }
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void complete() {
    try {
      reply.complete(parser.parseFrom(ByteBufUtil.getBytes(received)));
    } catch (InvalidProtocolBufferException e) {
      reply.completeExceptionally(e);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    reply.completeExceptionally(new LinkException("link was lost"));
    received.release();
    ctx.fireChannelInactive();
  }
}
