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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A link's connection as such: ready, pinged, going away, lost. */
final class LinkConnection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(LinkConnection.class);
  private static final long PING_MILLIS = 1_000;
  private static final long FIRST_PING_MILLIS = 20;
  private static final long READY_MILLIS = 3_000;
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Looked at every second: 3 s are over by then, however early a look comes. */
  private static final long SILENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);

  private final LinkClient client;
  private final LinkListener listener;
  private final ControlTraffic traffic;
  private @Nullable Future<?> pings;
  private @Nullable Future<?> patience;
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
  public void channelActive(ChannelHandlerContext ctx) {
    patience =
        ctx.executor()
            .schedule(
                () -> {
                  cause = new LinkException("not ready within 3 s");
                  var _ = ctx.close();
                },
                READY_MILLIS,
                TimeUnit.MILLISECONDS);
    ctx.fireChannelActive();
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
    stop(patience);
    context = ctx;
    heardNanos = System.nanoTime();
    pings =
        ctx.executor()
            .scheduleAtFixedRate(
                () -> tick(ctx), FIRST_PING_MILLIS, PING_MILLIS, TimeUnit.MILLISECONDS);
    client.ready(ctx.channel());
  }

  /** A link that is not looked at any more would not be found dead: it ends. */
  private void tick(ChannelHandlerContext ctx) {
    try {
      look(ctx);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      if (client.complains()) {
        LOG.error("link to {}: closed after an error", client.node(), e);
      }
      exceptionCaught(ctx, e);
    }
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
    client.heard(heardNanos);
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
    stop(patience);
    stop(pings);
    client.lost(cause);
    ctx.fireChannelInactive();
  }

  private static void stop(@Nullable Future<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable failure) {
    cause = failure;
    var _ = ctx.close();
  }
}
