package dev.brink.mesh.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server at one address: HTTP/1.1 and HTTP/2 on the same port, with or without TLS.
 * Thread-safe.
 */
public final class HttpServer {
  private final Channel listening;
  private final ServerState state;
  private final EventLoops eventLoops;
  private final boolean ownEventLoops;
  private final InetSocketAddress address;
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private boolean draining;

  private HttpServer(
      Channel listening, ServerState state, EventLoops eventLoops, boolean ownEventLoops) {
    this.listening = listening;
    this.state = state;
    this.eventLoops = eventLoops;
    this.ownEventLoops = ownEventLoops;
    this.address = (InetSocketAddress) listening.localAddress();
  }

  /** A server whose requests the handler answers. */
  public static Builder builder(HttpHandler handler) {
    return new Builder(handler);
  }

  /** Where it listens; with the port it got when 0 was asked for. */
  public InetSocketAddress address() {
    return address;
  }

  /** Open connections. */
  public int connections() {
    return state.connections();
  }

  /** Closes the listening socket; open connections go on. Idempotent. */
  public CompletionStage<Void> stopAccepting() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    listening.close().addListener((ChannelFuture closing) -> done.complete(null));
    return done;
  }

  /**
   * Stops accepting, lets requests under way finish, and closes: clients are told with {@code
   * Connection: close} and GOAWAY, idle connections end at once, and what is left after the limit
   * is broken off. Event loops that the server made for itself end too. Of several calls the first
   * does it, but a later one may break off sooner.
   *
   * @return completes when the last connection is closed
   */
  public CompletionStage<Void> drain(Duration limit) {
    boolean first;
    synchronized (this) {
      first = !draining;
      draining = true;
    }
    if (first) {
      stopAccepting()
          // A connection that was accepted just before may still be on the way to its loop.
          .thenCompose(_ -> eventLoops.caughtUp())
          .thenCompose(_ -> state.drain())
          .thenCompose(
              _ ->
                  ownEventLoops
                      ? eventLoops.shutdown()
                      : CompletableFuture.<Void>completedFuture(null))
          .whenComplete(
              (_, failure) -> {
                if (failure == null) {
                  closed.complete(null);
                } else {
                  closed.completeExceptionally(failure);
                }
              });
    }
    var _ =
        closed
            .copy()
            .orTimeout(limit.toMillis(), TimeUnit.MILLISECONDS)
            .exceptionally(
                _ -> {
                  state.abort();
                  return null;
                });
    return closed.minimalCompletionStage();
  }

  /** Breaks everything off now: like {@link #drain} with no time. */
  public CompletionStage<Void> close() {
    return drain(Duration.ZERO);
  }

  /** Collects a server's options. Not thread-safe. */
  public static final class Builder {
    private final HttpHandler handler;
    private InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private @Nullable EventLoops eventLoops;
    private HttpLimits limits = HttpLimits.defaults();
    private @Nullable SslContext tls;
    private HttpServerListener listener = HttpServerListener.NONE;
    private int backlog = 1024;
    private String requestIdPrefix = "";
    private boolean trustRequestIds;
    private @Nullable RoundTripListener roundTrips;
    private ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;

    private Builder(HttpHandler handler) {
      this.handler = handler;
    }

    /** Default: an ephemeral port on the loopback address. */
    public Builder address(InetSocketAddress value) {
      address = value;
      return this;
    }

    /** Default: loops of its own, one per core, which end with the server. */
    public Builder eventLoops(EventLoops value) {
      eventLoops = value;
      return this;
    }

    /** Default: {@link HttpLimits#defaults}. */
    public Builder limits(HttpLimits value) {
      limits = value;
      return this;
    }

    /** Default: none, the port speaks cleartext. See {@link ServerTls}. */
    public Builder tls(SslContext value) {
      tls = value;
      return this;
    }

    /** Default: nobody. */
    public Builder listener(HttpServerListener value) {
      listener = value;
      return this;
    }

    /** Connections the kernel holds that are not accepted yet. Default 1024. */
    public Builder backlog(int value) {
      backlog = value;
      return this;
    }

    /**
     * What the request ids that this server makes begin with; after it come eight random characters
     * that tell this start from others. Default: nothing.
     */
    public Builder requestIdPrefix(String value) {
      requestIdPrefix = value;
      return this;
    }

    /**
     * Whether a client's own {@code brink-request-id} is kept, when it is a token of up to 64
     * characters. Default {@code false}.
     */
    public Builder trustRequestIds(boolean value) {
      trustRequestIds = value;
      return this;
    }

    /** Hears of the way to each client, where the kernel tells it (epoll). Default: nobody. */
    public Builder roundTrips(RoundTripListener value) {
      roundTrips = value;
      return this;
    }

    /** Where connections' buffers come from; for tests, which count them. */
    Builder allocator(ByteBufAllocator value) {
      allocator = value;
      return this;
    }

    /**
     * Binds and begins to accept.
     *
     * @return fails when the address can't be bound
     */
    public CompletionStage<HttpServer> start() {
      boolean own = eventLoops == null;
      EventLoops loops = own || eventLoops == null ? EventLoops.create() : eventLoops;
      String prefix = requestIdPrefix + RequestIds.startMark();
      ServerState state =
          new ServerState(handler, limits, listener, prefix, trustRequestIds, roundTrips);
      CompletableFuture<HttpServer> started = new CompletableFuture<>();
      new ServerBootstrap()
          .group(loops.group())
          .channel(loops.serverChannel(address))
          .option(ChannelOption.SO_BACKLOG, backlog)
          .option(ChannelOption.SO_REUSEADDR, true)
          .childOption(ChannelOption.TCP_NODELAY, true)
          .childOption(ChannelOption.ALLOCATOR, allocator)
          .childHandler(new ConnectionInitializer(state, tls))
          .bind(address)
          .addListener(
              (ChannelFuture bound) -> {
                if (bound.isSuccess()) {
                  started.complete(new HttpServer(bound.channel(), state, loops, own));
                } else {
                  if (own) {
                    var _ = loops.shutdown();
                  }
                  started.completeExceptionally(bound.cause());
                }
              });
      return started;
    }
  }
}
