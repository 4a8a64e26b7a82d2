package dev.brink.mesh.http;

import io.netty.channel.EventLoop;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What all connections of one server share. Thread-safe. */
final class ServerState {
  private final HttpHandler handler;
  private final HttpLimits limits;
  private final HttpServerListener listener;
  private final String requestIdPrefix;
  private final boolean trustRequestIds;
  private final @Nullable RoundTripListener roundTrips;

  private final ConcurrentHashMap<EventLoop, ServerLoop> loops = new ConcurrentHashMap<>();
  private final AtomicInteger loopsMade = new AtomicInteger();
  private final AtomicInteger connections = new AtomicInteger();
  private final CompletableFuture<Void> empty = new CompletableFuture<>();
  private volatile boolean draining;
  private volatile boolean aborted;

  ServerState(
      HttpHandler handler,
      HttpLimits limits,
      HttpServerListener listener,
      String requestIdPrefix,
      boolean trustRequestIds,
      @Nullable RoundTripListener roundTrips) {
    this.handler = handler;
    this.limits = limits;
    this.listener = listener;
    this.requestIdPrefix = requestIdPrefix;
    this.trustRequestIds = trustRequestIds;
    this.roundTrips = roundTrips;
  }

  HttpHandler handler() {
    return handler;
  }

  HttpLimits limits() {
    return limits;
  }

  HttpServerListener listener() {
    return listener;
  }

  @Nullable RoundTripListener roundTrips() {
    return roundTrips;
  }

  boolean trustRequestIds() {
    return trustRequestIds;
  }

  ServerLoop loop(EventLoop eventLoop) {
    ServerLoop known = loops.get(eventLoop);
    return known != null ? known : loops.computeIfAbsent(eventLoop, this::newLoop);
  }

  private ServerLoop newLoop(EventLoop eventLoop) {
    String number = Integer.toString(loopsMade.getAndIncrement(), 36);
    return new ServerLoop(this, eventLoop, requestIdPrefix + number);
  }

  int connections() {
    return connections.get();
  }

  /** Counts a connection in, unless there are too many; then it is not counted. */
  boolean admit() {
    if (connections.incrementAndGet() > limits.maxConnections()) {
      left();
      return false;
    }
    return true;
  }

  /** A counted connection has closed. */
  void left() {
    if (connections.decrementAndGet() == 0 && draining) {
      empty.complete(null);
    }
  }

  boolean draining() {
    return draining;
  }

  /** Tells all connections to end when their requests have. Completes when there are none. */
  CompletableFuture<Void> drain() {
    draining = true;
    loops.values().forEach(ServerLoop::drain);
    if (connections.get() == 0) {
      empty.complete(null);
    }
    return empty;
  }

  boolean aborted() {
    return aborted;
  }

  /** Breaks all connections off, and those that are still to come. */
  void abort() {
    aborted = true;
    loops.values().forEach(ServerLoop::abort);
  }
}
