package dev.brink.mesh.link;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Makes a connection as slow as a longer way would: all that comes and all that goes is held back
 * for half of a round trip each, in order. For tests and benchmarks: what is held back is not
 * bounded.
 */
final class EmulatedDelay extends ChannelDuplexHandler {
  private final long halfNanos;
  private final Set<Held> underWay = new HashSet<>();

  /** A message on its way, which is no other's equal. */
  private static final class Held {
    private final Object message;

    Held(Object message) {
      this.message = message;
    }
  }

  EmulatedDelay(long rttNanos) {
    halfNanos = rttNanos / 2;
  }

  private void later(ChannelHandlerContext ctx, Runnable action) {
    var _ = ctx.executor().schedule(action, halfNanos, TimeUnit.NANOSECONDS);
  }

  /** Does something with a message later, or lets go of it if the channel is gone by then. */
  private void later(ChannelHandlerContext ctx, Object message, Runnable action) {
    var held = new Held(message);
    underWay.add(held);
    later(
        ctx,
        () -> {
          if (underWay.remove(held)) {
            action.run();
          }
        });
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    underWay.forEach(held -> ReferenceCountUtil.release(held.message));
    underWay.clear();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    later(ctx, message, () -> ctx.fireChannelRead(message));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    later(ctx, ctx::fireChannelReadComplete);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    later(
        ctx,
        message,
        () -> {
          var _ = ctx.write(message, promise);
        });
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    later(ctx, ctx::flush);
  }
}
