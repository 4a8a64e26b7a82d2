package dev.brink.mesh.link;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2SettingsFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A link's connection as such: ready, pinged, going away, lost. */
final class LinkConnection extends ChannelInboundHandlerAdapter {
  private static final long PING_MILLIS = 1_000;
  private static final long FIRST_PING_MILLIS = 20;
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Looked at every second: 3 s are over by then, however early a look comes. */
  private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);

  private final LinkClient client;
  private final LinkListener listener;
  private final ControlTraffic traffic;
  private @Nullable Future<?> pings;
  private boolean ready;
  private @Nullable Throwable cause;
  private @Nullable ChannelHandlerContext context;
  private long heardNanos;
  private boolean waits;
  private long waitsSinceNanos;

  LinkConnection(LinkClient client, LinkListener listener, ControlTraffic traffic) {
    this.client = client;
    this.listener = listener;
    this.traffic = traffic;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    switch (message) {
      case Http2SettingsFrame settings -> begin(ctx);
      case Http2PingFrame ping -> pinged(ping);
      case Http2GoAwayFrame away -> client.goAway();
      default -> {}
    }
    ReferenceCountUtil.release(message);
  }

  private void begin(ChannelHandlerContext ctx) {
    if (ready) {
      return;
    }
    ready = true;
    context = ctx;
    heardNanos = System.nanoTime();
    pings =
        ctx.executor()
            .scheduleAtFixedRate(
                () -> look(ctx), FIRST_PING_MILLIS, PING_MILLIS, TimeUnit.MILLISECONDS);
    client.ready(ctx.channel());
  }

  private void look(ChannelHandlerContext ctx) {
    long now = System.nanoTime();
    boolean quiet = now - heardNanos > QUIET_NANOS;
    if (waits && now - waitsSinceNanos > SILENCE_NANOS) {
      cause = new LinkException("no answer to pings for 3 s");
      var _ = ctx.close();
    } else if (quiet || listener.pings(client.node())) {
      ping(ctx, now, quiet ? heardNanos : now);
    }
  }

  private void ping(ChannelHandlerContext ctx, long now, long sinceNanos) {
    if (!waits) {
      waits = true;
      waitsSinceNanos = sinceNanos;
    }
    traffic.sentPing();
    var _ = ctx.writeAndFlush(new DefaultHttp2PingFrame(now));
  }

  /** Measures the round trip; on the connection's event loop. */
  void probe() {
    ChannelHandlerContext ctx = context;
    if (ctx != null && ctx.channel().isActive()) {
      long now = System.nanoTime();
      ping(ctx, now, now);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    heardNanos = System.nanoTime();
    ctx.fireChannelReadComplete();
  }

  private void pinged(Http2PingFrame ping) {
    traffic.receivedPing();
    if (ping.ack()) {
      waits = false;
      listener.rtt(client.node(), System.nanoTime() - ping.content());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (pings != null) {
      pings.cancel(false);
    }
    client.lost(cause);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    cause = failure;
    var _ = ctx.close();
  }
}
