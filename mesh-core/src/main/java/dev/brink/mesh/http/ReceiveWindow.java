package dev.brink.mesh.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2SettingsFrame;

/**
 * Widens an HTTP/2 connection's receive window once, so that some streams whose readers are slow do
 * not stop the others: without it, it is twice a stream's.
 */
public final class ReceiveWindow extends ChannelInboundHandlerAdapter {
  /** What a stream may send before it is read. */
  public static final int STREAM_BYTES = 256 * 1024;

  private final int connectionBytes;
  private boolean widened;

  /**
   * For one connection, behind its codec.
   *
   * @param connectionBytes what all streams together may send before it is read
   */
  public ReceiveWindow(int connectionBytes) {
    this.connectionBytes = connectionBytes;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof Http2SettingsFrame && !widened) {
      widened = true;
      widen(ctx);
    }
    ctx.fireChannelRead(message);
  }

  private void widen(ChannelHandlerContext ctx) throws Http2Exception {
    Http2Connection connection = ctx.pipeline().get(Http2FrameCodec.class).connection();
    var flow = connection.local().flowController();
    flow.incrementWindowSize(
        connection.connectionStream(),
        connectionBytes - flow.windowSize(connection.connectionStream()));
    ctx.flush();
  }
}
