package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.util.ReferenceCountUtil;

/** A connection beyond the limit: is told so when it asks, or after a moment is closed unasked. */
final class RefusedConnection extends Connection {
  private static final long PATIENCE_NANOS = 1_000_000_000L;

  private final long sinceNanos = System.nanoTime();
  private final Http1Output output;

  RefusedConnection(ServerLoop loop, Channel channel) {
    super(loop, channel, "http");
    output = new Http1Output(channel, loop);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ReferenceCountUtil.release(message);
    if (output.closing()) {
      return;
    }
    String id = loop().newRequestId();
    FullHttpResponse response = ProblemResponse.of(Refusal.CONNECTIONS, id);
    ByteBuf content = response.content();
    ByteBuf head =
        loop()
            .encoder()
            .encode(
                ctx.alloc(),
                response,
                Http1ResponseEncoder.Framing.LENGTH,
                content.readableBytes(),
                Boolean.FALSE,
                loop().date(),
                id,
                0);
    output.write(head);
    output.write(content);
    output.close(true);
  }

  @Override
  void tick(long now) {
    if (output.lingered(now) || now - sinceNanos > PATIENCE_NANOS) {
      var _ = channel().close();
    }
  }

  /** Nothing: it is going anyway. */
  @Override
  void drain() {}

  @Override
  void closeIfIdle() {
    var _ = channel().close();
  }
}
