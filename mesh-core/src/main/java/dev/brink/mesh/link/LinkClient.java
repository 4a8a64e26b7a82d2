package dev.brink.mesh.link;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.proto.ApplyReply;
import dev.brink.mesh.proto.ApplyRequest;
import dev.brink.mesh.proto.CopyOffers;
import dev.brink.mesh.proto.HerdReports;
import dev.brink.mesh.proto.PurgeReply;
import dev.brink.mesh.proto.PurgeRequest;
import dev.brink.mesh.proto.WarmRequest;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
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

  static final int MAX_HEADER_BYTES = 256 * 1024;

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

  private volatile @Nullable Channel connection;
  private volatile boolean closed;
  private volatile boolean goingAway;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private boolean failureLogged;

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

  boolean up() {
    return connection != null;
  }

  /** Starts to connect; goes on trying until closed. */
  void connect() {
    if (closed) {
      return;
    }
    var _ =
        new Bootstrap()
            .group(loops.group())
            .channel(loops.clientChannel(address))
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
            .handler(new ConnectionInitializer())
            .connect(address)
            .addListener(
                done -> {
                  if (!done.isSuccess()) {
                    lost(done.cause());
                  }
                });
  }

  /** The connection is ready: its handler says so, on the event loop. */
  void ready(Channel channel) {
    if (closed) {
      var _ = channel.close();
      return;
    }
    pauseMillis = FIRST_PAUSE_MILLIS;
    failureLogged = false;
    goingAway = false;
    connection = channel;
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
      LOG.info("link to {} at {} is down: {}", node, address, cause == null ? "closed" : cause);
    }
    long pause = pauseMillis + ThreadLocalRandom.current().nextLong(pauseMillis / 2 + 1);
    pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, pauseMillis * 2);
    var _ = loops.group().next().schedule(this::connect, pause, TimeUnit.MILLISECONDS);
  }

  @Override
  public Running execute(Call call, Target target, CallListener callListener) {
    if (connection == null || goingAway || calls.get() >= MAX_CALLS) {
      callListener.onFailure(notSent("no link to node " + node));
      return () -> {};
    }
    calls.incrementAndGet();
    var outgoing =
        new OutgoingCall(
            node, call, target, callListener, calls::decrementAndGet, listener::transferred);
    var _ =
        openStream(outgoing)
            .addListener(
                done -> {
                  if (done.isSuccess()) {
                    outgoing.begin((Http2StreamChannel) done.getNow());
                  } else {
                    outgoing.fail(notSent("link to node " + node + " was lost"));
                  }
                });
    return outgoing;
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

  private static void close(Channel stream) {
    var _ = stream.close();
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
    Channel open = connection;
    if (open != null) {
      var _ = open.close();
    }
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
                          .initialWindowSize(LinkWindow.STREAM_BYTES)
                          .maxHeaderListSize(MAX_HEADER_BYTES))
                  .validateHeaders(true)
                  .build(),
              new Http2MultiplexHandler(new RefusePush()),
              new LinkWindow(),
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
