package dev.brink.mesh.link;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.brink.exec.FunctionLimits;
import dev.brink.grid.Throttle;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ReceiveWindow;
import dev.brink.mesh.proto.ApplyReply;
import dev.brink.mesh.proto.ApplyRequest;
import dev.brink.mesh.proto.CopyOffers;
import dev.brink.mesh.proto.HerdReports;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.proto.WarmRequest;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.codec.http2.Http2StreamChannelBootstrap;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link to one peer: keeps a connection, sends calls over it and listens to the peer's load.
 * Thread-safe; never blocks.
 */
final class LinkClient implements Executor<Target>, AutoCloseable {
  /** Calls one link carries at once. */
  static final int MAX_CALLS = 4096;

  /** Streams beside the calls, for control and for those that are just being closed. */
  static final int MAX_CONTROL = 256;

  /** What a function may send, and as much again for what nodes add. */
  static final int MAX_HEADER_BYTES = 2 * FunctionLimits.MAX_HEAD_BYTES;

  private static final Logger LOG = LoggerFactory.getLogger(LinkClient.class);
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 2_000;

  private final String node;
  private final InetSocketAddress address;
  private final EventLoops loops;
  private final @Nullable SslContext tls;
  private final LinkListener listener;
  private final ControlTraffic traffic;
  private final long emulatedRttNanos;
  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicLong heardNanos = new AtomicLong(System.nanoTime());

  /** What was connected last, whether it is ready or not. */
  private volatile @Nullable Channel latest;

  private volatile @Nullable Channel connection;
  private volatile boolean closed;
  private volatile boolean goingAway;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private boolean failureLogged;

  /** Across connections: one that meets the same error again is there soon. */
  private final Throttle complaints = new Throttle(Duration.ofMinutes(1));

  LinkClient(
      String node,
      InetSocketAddress address,
      EventLoops loops,
      @Nullable SslContext tls,
      LinkListener listener,
      ControlTraffic traffic,
      long emulatedRttNanos) {
    this.emulatedRttNanos = emulatedRttNanos;
    this.node = node;
    this.address = address;
    this.loops = loops;
    this.tls = tls;
    this.listener = listener;
    this.traffic = traffic;
  }

  String node() {
    return node;
  }

  InetSocketAddress address() {
    return address;
  }

  /** Whether an error that may come again and again may be logged. */
  boolean complains() {
    return complaints.permits();
  }

  boolean up() {
    return connection != null;
  }

  /** Starts to connect; goes on trying until closed. */
  void connect() {
    if (closed) {
      return;
    }
    ChannelFuture connecting =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.clientChannel(address))
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(new ConnectionInitializer())
            .connect(address);
    latest = connecting.channel();
    var _ =
        connecting.addListener(
            done -> {
              if (!done.isSuccess()) {
                lost(done.cause());
              }
            });
    if (closed) {
      close(latest);
    }
  }

  /** The connection is ready: its handler says so, on the event loop. */
  void ready(Channel channel) {
    pauseMillis = FIRST_PAUSE_MILLIS;
    failureLogged = false;
    goingAway = false;
    connection = channel;
    if (closed) {
      connection = null;
      var _ = channel.close();
      return;
    }
    LOG.debug("link to {} at {} is up", node, address);
    listener.up(node);
    openStream(new BeatListener(node, listener, traffic))
        .addListener(
            done -> {
              if (done.isSuccess()) {
                ControlRequest.beats((Http2StreamChannel) done.getNow());
              } else {
                var _ = channel.close();
              }
            });
  }

  /** Something came from the peer. */
  void heard(long nowNanos) {
    heardNanos.lazySet(nowNanos);
  }

  /** Whether something came from the peer so lately, or it has not been known for longer. */
  boolean heardWithin(long nanos) {
    return System.nanoTime() - heardNanos.get() <= nanos;
  }

  /** The peer drains: no more calls on this connection. */
  void goAway() {
    goingAway = true;
  }

  /** The connection could not be made or was lost. */
  void lost(@Nullable Throwable cause) {
    boolean wasUp = connection != null;
    connection = null;
    if (wasUp) {
      listener.down(node);
    }
    if (closed) {
      return;
    }
    if (!failureLogged) {
      failureLogged = true;
      LOG.info(
          "link to {} at {} is down: {}",
          node,
          address,
          cause == null ? "closed" : cause.toString());
    }
    long pause = pauseMillis + ThreadLocalRandom.current().nextLong(pauseMillis / 2 + 1);
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    var _ = loops.group().next().schedule(this::connect, pause, TimeUnit.MILLISECONDS);
  }

  @Override
  public Running execute(Call call, Target target, CallListener callListener) {
    if (connection == null || goingAway) {
      callListener.onFailure(notSent("no link to node " + node));
      return () -> {};
    }
    if (calls.get() >= MAX_CALLS) {
      callListener.onFailure(full());
      return () -> {};
    }
    calls.incrementAndGet();
    var outgoing = new OutgoingCall(node, call, target, callListener, listener);
    var _ =
        openStream(outgoing)
            .addListener(
                done -> {
                  if (done.isSuccess()) {
                    var stream = (Http2StreamChannel) done.getNow();
                    // A call that has ended for its caller may keep its stream for a while.
                    var _ = stream.closeFuture().addListener(_ -> calls.decrementAndGet());
                    outgoing.begin(stream);
                  } else {
                    calls.decrementAndGet();
                    outgoing.fail(notSent("link to node " + node + " was lost"));
                  }
                });
    return outgoing;
  }

  /** As many calls as a link carries: a slow function's, say, which is no fault of the node. */
  private CallFailure full() {
    String detail = MAX_CALLS + " calls to node " + node + " are under way (expected: fewer)";
    return new CallFailure(new Problem(503, "link-full", detail, 1), CallFailure.Reach.REFUSED);
  }

  private static CallFailure notSent(String detail) {
    return new CallFailure(
        Problem.of(502, "peer-unreachable", detail), CallFailure.Reach.NOT_STARTED);
  }

  /** Asks the peer to serve a deployment; completes with its reply or exceptionally. */
  CompletionStage<ApplyReply> apply(ApplyRequest request, Duration timeout) {
    return ask(ControlStream.APPLY, request, ApplyReply.parser(), timeout);
  }

  /** Tells the peer's cache what is outdated; completes with its reply or exceptionally. */
  CompletionStage<PurgeReply> purge(PurgeRequest request, Duration timeout) {
    return ask(ControlStream.PURGE, request, PurgeReply.parser(), timeout);
  }

  private <M extends MessageLite> CompletionStage<M> ask(
      String kind, MessageLite request, Parser<M> parser, Duration timeout) {
    var reply = new CompletableFuture<M>();
    if (connection == null) {
      reply.completeExceptionally(new LinkException("no link to node " + node));
      return reply;
    }
    openStream(new ReplyListener<>(reply, parser))
        .addListener(
            done -> {
              if (done.isSuccess()) {
                var stream = (Http2StreamChannel) done.getNow();
                ControlRequest.send(stream, kind, request);
                var _ = reply.whenComplete((answer, failure) -> close(stream));
              } else {
                reply.completeExceptionally(done.cause());
              }
            });
    return reply.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Asks the peer to make a version warm, if it has room; nobody waits for it. */
  void warm(long version) {
    tell(ControlStream.WARM, WarmRequest.newBuilder().setVersion(version).build());
  }

  /** Offers the peer's cache copies; nobody waits for it. */
  void offer(CopyOffers offers) {
    tell(ControlStream.OFFER, offers);
  }

  /** Tells the peer's cache where responses are not for all; nobody waits for it. */
  void tell(HerdReports reports) {
    tell(ControlStream.HERDS, reports);
  }

  private void tell(String kind, MessageLite message) {
    if (connection == null) {
      return;
    }
    openStream(new OneWay())
        .addListener(
            done -> {
              if (done.isSuccess()) {
                ControlRequest.send((Http2StreamChannel) done.getNow(), kind, message);
              } else {
                LOG.debug("node {} is not told: {}: {}", node, kind, done.cause());
              }
            });
  }

  /** Measures the round trip: the listener hears of it. */
  void probe() {
    Channel to = connection;
    LinkConnection link = to == null ? null : to.pipeline().get(LinkConnection.class);
    if (to != null && link != null) {
      to.eventLoop().execute(link::probe);
    }
  }

  private static void close(@Nullable Channel channel) {
    if (channel != null) {
      var _ = channel.close();
    }
  }

  private Future<Http2StreamChannel> openStream(ChannelHandler handler) {
    Channel to = connection;
    if (to == null) {
      return loops.group().next().newFailedFuture(new LinkException("no link to node " + node));
    }
    return new Http2StreamChannelBootstrap(to).handler(handler).open();
  }

  /** Ends the link. Calls under way fail. */
  @Override
  public void close() {
    closed = true;
    close(latest);
    // Whoever connected it may have been overtaken in telling which one is the latest.
    close(connection);
  }

  private final class ConnectionInitializer extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (tls != null) {
        channel
            .pipeline()
            .addLast(tls.newHandler(channel.alloc(), address.getHostString(), address.getPort()));
      }
      if (emulatedRttNanos > 0) {
        channel.pipeline().addLast(new EmulatedDelay(emulatedRttNanos));
      }
      channel
          .pipeline()
          .addLast(
              Http2FrameCodecBuilder.forClient()
                  .initialSettings(
                      Http2Settings.defaultSettings()
                          .pushEnabled(false)
                          .initialWindowSize(ReceiveWindow.STREAM_BYTES)
                          .maxHeaderListSize(MAX_HEADER_BYTES))
                  .validateHeaders(true)
                  .build(),
              new Http2MultiplexHandler(new RefusePush()),
              new ReceiveWindow(LinkServer.WINDOW_BYTES),
              new LinkConnection(LinkClient.this, listener, traffic));
    }
  }

  /** Sends and wants no answer but the end. */
  private static final class OneWay extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ReferenceCountUtil.release(message);
      var _ = ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      var _ = ctx.close();
    }
  }

  /** Peers do not open streams towards us on our own link. */
  private static final class RefusePush extends ChannelInitializer<Http2StreamChannel> {
    @Override
    protected void initChannel(Http2StreamChannel stream) {
      var _ = stream.close();
    }
  }
}
