package dev.brink.mesh.link;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2SettingsFrame;

/**
 * Widens the connection's receive window once, so that one stream whose reader is slow does not
 * stop the others.
 */
final class LinkWindow extends ChannelInboundHandlerAdapter {
  static final int STREAM_BYTES = 256 * 1024;
  private static final int CONNECTION_BYTES = 32 << 20;

  private boolean widened;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (message instanceof Http2SettingsFrame && !widened) {
      widened = true;
      widen(ctx);
    }
    ctx.fireChannelRead(message);
  }

  private static void widen(ChannelHandlerContext ctx) throws Http2Exception {
    Http2Connection connection = ctx.pipeline().get(Http2FrameCodec.class).connection();
    var flow = connection.local().flowController();
    flow.incrementWindowSize(
        connection.connectionStream(),
        CONNECTION_BYTES - flow.windowSize(connection.connectionStream()));
    ctx.flush();
  }
}
