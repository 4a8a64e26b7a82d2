package dev.brink.mesh.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets up an accepted connection for the protocol it turns out to speak. */
final class ConnectionInitializer extends ChannelInitializer<Channel> {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionInitializer.class);
  private static final int MAX_REFUSED = 256;

  private final ServerState server;
  private final @Nullable SslContext tls;
  private final AtomicInteger refused = new AtomicInteger();

  ConnectionInitializer(ServerState server, @Nullable SslContext tls) {
    this.server = server;
    this.tls = tls;
  }

  @Override
  protected void initChannel(Channel channel) {
    ServerLoop loop = server.loop(channel.eventLoop());
    InetSocketAddress remote = Connection.addressOf(channel);
    if (!server.admit()) {
      server.listener().connectionRefused(remote);
      refuse(channel, loop);
      return;
    }
    server.listener().connectionOpened(remote);
    measure(channel, remote);
    channel
        .closeFuture()
        .addListener(
            (ChannelFuture closed) -> {
              server.left();
              server.listener().connectionClosed(remote);
            });
    if (tls == null) {
      channel.pipeline().addLast(new PrefaceDetector(loop, channel));
    } else {
      SslHandler handshake = tls.newHandler(channel.alloc());
      handshake.setHandshakeTimeoutMillis(server.limits().headerTimeout().toMillis());
      channel.pipeline().addLast(handshake, new Handshaking(loop, channel), new Negotiation(loop));
    }
  }

  /**
   * What the kernel measured during the handshake: no delayed acknowledgement and no work of the
   * client's is in it, as there is later.
   */
  private void measure(Channel channel, InetSocketAddress remote) {
    RoundTripListener listener = server.roundTrips();
    if (listener != null
        && channel instanceof EpollSocketChannel socket
        && socket.isActive()
        && !remote.isUnresolved()) {
      try {
        listener.measured(
            remote.getAddress(), TimeUnit.MICROSECONDS.toNanos(socket.tcpInfo().rtt()));
      } catch (ChannelException e) {
        LOG.debug("{}: no round trip to be had: the connection is gone", remote, e);
      }
    }
  }

  private void refuse(Channel channel, ServerLoop loop) {
    if (tls != null || refused.incrementAndGet() > MAX_REFUSED) {
      if (tls == null) {
        refused.decrementAndGet();
      }
      channel.unsafe().closeForcibly();
      return;
    }
    channel.closeFuture().addListener((ChannelFuture closed) -> refused.decrementAndGet());
    channel.pipeline().addLast(new RefusedConnection(loop, channel));
  }

  /** A connection that has not yet said what it speaks. */
  private static final class Handshaking extends Connection {
    Handshaking(ServerLoop loop, Channel channel) {
      super(loop, channel, "https");
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ctx.fireChannelRead(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.fireExceptionCaught(cause);
    }

    /** Nothing: the TLS handler has a time limit of its own. */
    @Override
    void tick(long now) {}

    @Override
    void drain() {}

    @Override
    void closeIfIdle() {
      abort();
    }
  }

  /** Lets the TLS handshake say which version is spoken. */
  private static final class Negotiation extends ApplicationProtocolNegotiationHandler {
    private final ServerLoop loop;

    Negotiation(ServerLoop loop) {
      super(ApplicationProtocolNames.HTTP_1_1);
      this.loop = loop;
    }

    @Override
    protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
      ChannelPipeline pipeline = ctx.pipeline();
      pipeline.remove(Handshaking.class);
      if (protocol.equals(ApplicationProtocolNames.HTTP_2)) {
        Http2Connection.install(pipeline, loop, "https");
      } else {
        pipeline.addLast(new Http1Connection(loop, ctx.channel(), "https"));
      }
    }

    @Override
    protected void handshakeFailure(ChannelHandlerContext ctx, Throwable cause) {
      LOG.debug("{}: TLS handshake failed", ctx.channel().remoteAddress(), cause);
      var _ = ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      handshakeFailure(ctx, cause);
    }
  }
}
