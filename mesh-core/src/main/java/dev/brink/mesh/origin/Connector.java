package dev.brink.mesh.origin;

import dev.brink.exec.outbound.OutboundException;
import dev.brink.mesh.http.EventLoops;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** Opens connections to one server: look-up, connect, TLS, all within one time limit. */
final class Connector {
  private final EventLoops loops;
  private final OriginLimits limits;
  private final ServerAddress server;
  private final @Nullable SslContext tls;
  private final Addresses addresses;
  private final Guard guard;

  /** Says which of a server's addresses may be connected to, each time before one is. */
  interface Guard {
    Guard NONE = found -> found;

    /**
     * Those of the addresses that may be connected to.
     *
     * @throws OutboundException when there is none
     */
    List<InetAddress> permitted(List<InetAddress> found);
  }

  /** Hears of one opening: one of the two, once, on the connection's event loop. */
  interface Callback {
    void opened(UpstreamConnection connection);

    void openFailed(Fault fault, Throwable cause);
  }

  Connector(
      EventLoops loops,
      OriginLimits limits,
      ServerAddress server,
      @Nullable SslContext tls,
      Executor lookups,
      Guard guard) {
    this.loops = loops;
    this.guard = guard;
    this.limits = limits;
    this.server = server;
    this.tls = tls;
    this.addresses = new Addresses(server.host(), lookups);
  }

  /** Begins to open a connection that will live on the loop. */
  void open(EventLoop loop, long timeoutNanos, UpstreamConnection.Owner owner, Callback callback) {
    var opening = new Opening(loop, owner, callback);
    if (loop.inEventLoop()) {
      opening.begin(timeoutNanos);
    } else {
      loop.execute(() -> opening.begin(timeoutNanos));
    }
  }

  /** One connection being opened. On its event loop only. */
  private final class Opening {
    private final EventLoop loop;
    private final UpstreamConnection.Owner owner;
    private final Callback callback;
    private @Nullable Future<?> timer;
    private @Nullable Channel channel;
    private List<InetAddress> candidates = List.of();
    private int next;
    private boolean done;

    Opening(EventLoop loop, UpstreamConnection.Owner owner, Callback callback) {
      this.loop = loop;
      this.owner = owner;
      this.callback = callback;
    }

    void begin(long timeoutNanos) {
      timer = loop.schedule(this::tooLate, Math.max(1, timeoutNanos), TimeUnit.NANOSECONDS);
      var found = addresses.all();
      if (found.isDone() && !found.isCompletedExceptionally()) {
        lookedUp(found.join());
        return;
      }
      var _ =
          found.whenComplete(
              (all, failure) ->
                  loop.execute(
                      () -> {
                        if (failure == null) {
                          lookedUp(all);
                        } else {
                          failed(Fault.UNREACHABLE, failure);
                        }
                      }));
    }

    private void tooLate() {
      failed(Fault.UNREACHABLE, new ConnectException("connect: too late"));
    }

    private void lookedUp(List<InetAddress> all) {
      try {
        candidates = guard.permitted(all);
      } catch (OutboundException e) {
        failed(Fault.DENIED, e);
        return;
      }
      tryNext(new ConnectException("connect: no address"));
    }

    private void tryNext(Throwable lastFailure) {
      if (done) {
        return;
      }
      if (next == candidates.size()) {
        failed(Fault.UNREACHABLE, lastFailure);
        return;
      }
      InetAddress address = candidates.get(next++);
      var target = new InetSocketAddress(address, server.port());
      var connection = new UpstreamConnection(owner, limits, tls != null);
      long startNanos = System.nanoTime();
      ChannelFuture connected =
          new Bootstrap()
              .group(loop)
              .channel(loops.clientChannel(target))
              .option(ChannelOption.TCP_NODELAY, true)
              .option(ChannelOption.SO_KEEPALIVE, true)
              .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel ch) {
                      connection.addTo(ch, tls == null ? null : tlsHandler(ch, tls));
                    }
                  })
              .connect(target);
      channel = connected.channel();
      connected.addListener(
          future -> {
            if (!future.isSuccess()) {
              tryNext(future.cause());
            } else if (!done) {
              addresses.worked(address);
              connection.connectNanos(System.nanoTime() - startNanos);
              established(connection);
            }
          });
    }

    private SslHandler tlsHandler(Channel ch, SslContext context) {
      SslHandler handler =
          context.newHandler(ch.alloc(), server.host(), server.port(), Thread::startVirtualThread);
      // The opening's own limit covers the handshake.
      handler.setHandshakeTimeoutMillis(0);
      return handler;
    }

    private void established(UpstreamConnection connection) {
      SslHandler handler = connection.channel().pipeline().get(SslHandler.class);
      if (handler == null) {
        opened(connection);
        return;
      }
      handler
          .handshakeFuture()
          .addListener(
              future -> {
                if (future.isSuccess()) {
                  opened(connection);
                } else {
                  boolean untrusted = future.cause() instanceof SSLException;
                  failed(untrusted ? Fault.TLS : Fault.UNREACHABLE, future.cause());
                }
              });
    }

    private void opened(UpstreamConnection connection) {
      if (!connection.channel().isActive()) {
        failed(Fault.UNREACHABLE, new ConnectException("connect: closed at once"));
      } else if (end()) {
        connection.opened();
        callback.opened(connection);
      }
    }

    private void failed(Fault fault, Throwable cause) {
      if (end()) {
        if (channel != null) {
          var _ = channel.close();
        }
        callback.openFailed(fault, cause);
      }
    }

    private boolean end() {
      if (done) {
        return false;
      }
      done = true;
      if (timer != null) {
        timer.cancel(false);
      }
      return true;
    }
  }
}
