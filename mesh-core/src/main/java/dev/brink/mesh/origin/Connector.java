package dev.brink.mesh.origin;

import dev.brink.exec.outbound.OutboundException;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to one server: look-up, connect, TLS, all within one time limit. While an
 * address is silent the next one is tried beside it, and the first that answers is taken (RFC
 * 8305).
 */
final class Connector {
  /** RFC 8305, section 5: the recommended Connection Attempt Delay. */
  private static final long STAGGER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final Function<SocketAddress, Class<? extends Channel>> channels;
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

  /**
   * @param channels the kind of channel that connects to an address
   */
  Connector(
      Function<SocketAddress, Class<? extends Channel>> channels,
      OriginLimits limits,
      ServerAddress server,
      @Nullable SslContext tls,
      Addresses addresses,
      Guard guard) {
    this.channels = channels;
    this.guard = guard;
    this.limits = limits;
    this.server = server;
    this.tls = tls;
    this.addresses = addresses;
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

  /** One address that is being connected to. */
  private record Trial(InetAddress address, UpstreamConnection connection, long startNanos) {}

  /** One connection being opened. On its event loop only. */
  private final class Opening {
    private final EventLoop loop;
    private final UpstreamConnection.Owner owner;
    private final Callback callback;

    /** Those under way, the one begun first first; at last the one that answered. */
    private final List<Trial> trials = new ArrayList<>();

    private long deadlineNanos;
    private @Nullable Future<?> timer;
    private @Nullable Future<?> stagger;
    private List<InetAddress> candidates = List.of();
    private int next;
    private Throwable lastFailure = new ConnectException("connect: no address");
    private boolean connected;
    private boolean done;

    Opening(EventLoop loop, UpstreamConnection.Owner owner, Callback callback) {
      this.loop = loop;
      this.owner = owner;
      this.callback = callback;
    }

    void begin(long timeoutNanos) {
      deadlineNanos = System.nanoTime() + timeoutNanos;
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
      trials.forEach(silent -> addresses.silent(silent.address));
      failed(Fault.UNREACHABLE, new ConnectException("connect: too late"));
    }

    private void lookedUp(List<InetAddress> all) {
      try {
        candidates = guard.permitted(all);
      } catch (OutboundException e) {
        failed(Fault.DENIED, e);
        return;
      }
      tryNext();
    }

    private void tryNext() {
      stopStagger();
      if (done || connected) {
        return;
      }
      if (next == candidates.size()) {
        if (trials.isEmpty()) {
          failed(Fault.UNREACHABLE, lastFailure);
        }
        return;
      }
      InetAddress address = candidates.get(next++);
      int left = candidates.size() - next;
      if (left > 0) {
        // When time is short, each address gets its share of it.
        long share = (deadlineNanos - System.nanoTime()) / (left + 1);
        long pause = Math.clamp(share, 1, STAGGER_NANOS);
        stagger = loop.schedule(this::tryNext, pause, TimeUnit.NANOSECONDS);
      }
      begin(address);
    }

    private void begin(InetAddress address) {
      var target = new InetSocketAddress(address, server.port());
      var connection = new UpstreamConnection(owner, limits, tls != null);
      var trial = new Trial(address, connection, System.nanoTime());
      trials.add(trial);
      var _ =
          new Bootstrap()
              .group(loop)
              .channel(channels.apply(target))
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
              .connect(target)
              .addListener(future -> heard(trial, future));
    }

    /** Of a channel that could not even be made another thread tells. */
    private void heard(Trial trial, Future<?> future) {
      if (loop.inEventLoop()) {
        ended(trial, future);
      } else {
        loop.execute(() -> ended(trial, future));
      }
    }

    private void ended(Trial trial, Future<?> future) {
      if (!trials.contains(trial)) {
        return;
      }
      if (!future.isSuccess()) {
        trials.remove(trial);
        lastFailure = future.cause();
        tryNext();
        return;
      }
      connected = true;
      stopStagger();
      List<Trial> earlier = List.copyOf(trials.subList(0, trials.indexOf(trial)));
      earlier.forEach(silent -> addresses.silent(silent.address));
      addresses.worked(trial.address);
      trials.remove(trial);
      closeTrials();
      trials.add(trial);
      trial.connection.connectNanos(System.nanoTime() - trial.startNanos);
      established(trial.connection);
    }

    private void closeTrials() {
      List<Trial> given = List.copyOf(trials);
      trials.clear();
      given.forEach(trial -> trial.connection.abandon());
    }

    private void stopStagger() {
      if (stagger != null) {
        stagger.cancel(false);
        stagger = null;
      }
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
        closeTrials();
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
      stopStagger();
      return true;
    }
  }
}
