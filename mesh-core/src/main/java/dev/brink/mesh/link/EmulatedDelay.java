package dev.brink.mesh.link;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.concurrent.TimeUnit;

/**
 * Makes a connection as slow as a longer way would: all that comes and all that goes is held back
 * for half of a round trip each, in order. For tests and benchmarks: what is held back is not
 * bounded.
 */
final class EmulatedDelay extends ChannelDuplexHandler {
  private final long halfNanos;

  EmulatedDelay(long rttNanos) {
    halfNanos = rttNanos / 2;
  }

  private void later(ChannelHandlerContext ctx, Runnable action) {
    var _ = ctx.executor().schedule(action, halfNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    later(ctx, () -> ctx.fireChannelRead(message));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    later(ctx, ctx::fireChannelReadComplete);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    later(
        ctx,
        () -> {
          var _ = ctx.write(message, promise);
        });
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    later(ctx, ctx::flush);
  }
}
