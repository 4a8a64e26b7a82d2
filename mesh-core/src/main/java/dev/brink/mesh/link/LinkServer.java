package dev.brink.mesh.link;

import dev.brink.grid.Throttle;
import dev.brink.mesh.http.BindFailure;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.ReceiveWindow;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http2.DefaultHttp2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2PingFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2StreamChannel;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where peers' links arrive. Thread-safe. */
public final class LinkServer implements AutoCloseable {
  /** What all calls on one link may send before it is read. */
  static final int WINDOW_BYTES = 32 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(LinkServer.class);
  private static final int BACKLOG = 256;

  /** Between two lines of whom TLS refused, which anybody may cause. */
  private static final Duration REFUSALS_PERIOD = Duration.ofMinutes(1);

  private final Channel listener;
  private final ChannelGroup connections;
  private final CallCount calls;
  private final ControlTraffic traffic;
  private final AtomicBoolean draining;

  private LinkServer(
      Channel listener,
      ChannelGroup connections,
      CallCount calls,
      ControlTraffic traffic,
      AtomicBoolean draining) {
    this.listener = listener;
    this.draining = draining;
    this.connections = connections;
    this.calls = calls;
    this.traffic = traffic;
  }

  /**
   * Listens; blocks until the port is bound.
   *
   * @param address port 0 picks a free one
   * @param tls {@code null}: in the clear, for loopback only
   * @throws IOException when the port cannot be bound
   */
  public static LinkServer start(
      EventLoops loops, InetSocketAddress address, @Nullable SslContext tls, LinkService service)
      throws IOException {
    CallCount calls = new CallCount();
    ControlTraffic traffic = new ControlTraffic();
    AtomicBoolean draining = new AtomicBoolean();
    Throttle refusals = new Throttle(REFUSALS_PERIOD);
    ChannelGroup connections = new DefaultChannelGroup(loops.group().next(), true);
    var bound =
        new ServerBootstrap()
            .group(loops.group())
            .channel(loops.serverChannel(address))
            .option(ChannelOption.SO_REUSEADDR, true)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel connection) {
                    connections.add(connection);
                    if (tls != null) {
                      SslHandler handler = tls.newHandler(connection.alloc());
                      handler
                          .handshakeFuture()
                          .addListener(done -> explain(connection, done.cause(), refusals));
                      connection.pipeline().addLast(handler);
                    }
                    connection
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forServer()
                                .initialSettings(settings())
                                .validateHeaders(true)
                                .build(),
                            new Http2MultiplexHandler(
                                new StreamInitializer(service, calls, traffic)),
                            new ReceiveWindow(WINDOW_BYTES),
                            new Pings(traffic));
                    if (draining.get()) {
                      // It came after the others were told.
                      sayGoAway(connection);
                    }
                  }
                })
            .bind(address)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw BindFailure.of("link.port", address, bound.cause());
    }
    return new LinkServer(bound.channel(), connections, calls, traffic, draining);
  }

  /**
   * Who knows of no TLS learns no reason at its own end; {@link ExplainedTrust} tells the others.
   */
  private static void explain(Channel connection, @Nullable Throwable cause, Throttle refusals) {
    if (cause instanceof NotSslRecordException
        && refusals.permits()
        && connection.remoteAddress() instanceof InetSocketAddress peer) {
      LOG.warn(
          "TLS: refused the link of {}:{}: it does not speak TLS (expected: a node with"
              + " tls.certificate, tls.key and tls.ca)",
          peer.getAddress().getHostAddress(),
          peer.getPort());
    }
  }

  static Http2Settings settings() {
    return new Http2Settings()
        .initialWindowSize(ReceiveWindow.STREAM_BYTES)
        .maxConcurrentStreams(LinkClient.MAX_CALLS + LinkClient.MAX_CONTROL)
        .maxHeaderListSize(LinkClient.MAX_HEADER_BYTES);
  }

  /** What came and went for control: this node's reports, and peers' pings. */
  public ControlTraffic traffic() {
    return traffic;
  }

  /** The bound address. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /**
   * Tells every peer to send no more calls; those under way go on, and those already on their way
   * are still answered.
   *
   * @return completes when no call is under way
   */
  public CompletionStage<Void> drain() {
    draining.set(true);
    var _ = listener.close();
    connections.forEach(LinkServer::sayGoAway);
    return calls.drained();
  }

  private static void sayGoAway(Channel connection) {
    var _ =
        connection.writeAndFlush(
            new DefaultHttp2GoAwayFrame(Http2Error.NO_ERROR).setExtraStreamIds(Integer.MAX_VALUE),
            connection.voidPromise());
  }

  /** Closes the port and every link. Blocks until they are closed. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly();
  }

  /** Looks at a stream's first headers to see what it is. */
  private static final class StreamInitializer extends ChannelInitializer<Http2StreamChannel> {
    private final LinkService service;
    private final CallCount calls;
    private final ControlTraffic traffic;

    StreamInitializer(LinkService service, CallCount calls, ControlTraffic traffic) {
      this.service = service;
      this.calls = calls;
      this.traffic = traffic;
    }

    @Override
    protected void initChannel(Http2StreamChannel stream) {
      stream.pipeline().addLast(new FirstHeaders(service, calls, traffic));
    }
  }

  /** Counts pings, which the codec answers, and takes what went wrong with a connection. */
  private static final class Pings extends ChannelInboundHandlerAdapter {
    private final ControlTraffic traffic;

    Pings(ControlTraffic traffic) {
      this.traffic = traffic;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http2PingFrame ping && !ping.ack()) {
        traffic.receivedPing();
        traffic.sentPing();
      }
      ctx.fireChannelRead(message);
    }

    /** The peer's end of the link tells of it; one that was killed has reset its connection. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      if (cause instanceof IOException || cause.getCause() instanceof NotSslRecordException) {
        LOG.debug("link from {} is down: {}", ctx.channel().remoteAddress(), cause.toString());
      } else {
        LOG.info("link from {} is down: {}", ctx.channel().remoteAddress(), cause.toString());
      }
      var _ = ctx.close();
    }
  }

  private static final class FirstHeaders extends ChannelInboundHandlerAdapter {
    private final LinkService service;
    private final CallCount calls;
    private final ControlTraffic traffic;

    FirstHeaders(LinkService service, CallCount calls, ControlTraffic traffic) {
      this.service = service;
      this.calls = calls;
      this.traffic = traffic;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (!(message instanceof Http2HeadersFrame frame)) {
        ReferenceCountUtil.release(message);
        return;
      }
      Http2StreamChannel stream = (Http2StreamChannel) ctx.channel();
      CharSequence control = frame.headers().get(LinkHeaders.CONTROL);
      if (control != null) {
        var handler = new ControlStream(stream, service, frame.headers(), traffic);
        ctx.pipeline().replace(this, "control", handler);
        handler.begin();
      } else {
        ctx.pipeline().replace(this, "call", new LinkStream(stream, service));
        calls.began();
        stream.closeFuture().addListener(closed -> calls.ended());
        stream.pipeline().fireChannelRead(frame);
      }
    }
  }
}
