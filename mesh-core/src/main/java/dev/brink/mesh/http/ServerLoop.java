package dev.brink.mesh.http;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of a server on one event loop: its connections and their clock, and what they can share
 * because only one of them runs at a time. Used on that event loop, where nothing else is said.
 */
final class ServerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ServerLoop.class);
  private static final DateTimeFormatter DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final long MAX_TICK_MILLIS = 1_000;
  private static final long MIN_TICK_MILLIS = 5;

  private static final int SCRATCH_BYTES = 4096;

  private final ServerState server;
  private final EventLoop eventLoop;
  private final RequestIds requestIds;
  private final ArrayList<Connection> connections = new ArrayList<>();
  private final Http1ResponseEncoder encoder = new Http1ResponseEncoder();
  private final long tickMillis;

  private byte[] scratch = new byte[SCRATCH_BYTES];
  private long dateSecond = -1;
  private String date = "";
  private @Nullable ScheduledFuture<?> clock;

  ServerLoop(ServerState server, EventLoop eventLoop, String requestIdPrefix) {
    this.server = server;
    this.eventLoop = eventLoop;
    this.requestIds = new RequestIds(requestIdPrefix);
    HttpLimits limits = server.limits();
    long shortest =
        Math.min(
            Math.min(limits.headerTimeout().toMillis(), limits.bodyTimeout().toMillis()),
            Math.min(limits.writeTimeout().toMillis(), limits.idleTimeout().toMillis()));
    tickMillis = Math.clamp(shortest / 4, MIN_TICK_MILLIS, MAX_TICK_MILLIS);
  }

  ServerState server() {
    return server;
  }

  EventLoop eventLoop() {
    return eventLoop;
  }

  Http1ResponseEncoder encoder() {
    return encoder;
  }

  /** The client's own id if it is to be kept, else a new one. */
  String requestId(HttpHeaders headers) {
    if (server.trustRequestIds()) {
      String own = headers.get(ResponseHeaders.REQUEST_ID);
      if (own != null && own.length() <= RequestIds.MAX_LENGTH && Syntax.isToken(own)) {
        return own;
      }
    }
    return requestIds.next();
  }

  String newRequestId() {
    return requestIds.next();
  }

  /** Bytes to work in, at least so many, until the caller returns. */
  byte[] scratch(int size) {
    if (scratch.length < size) {
      scratch = new byte[Math.max(size, scratch.length * 2)];
    }
    return scratch;
  }

  /** Now, as {@code Date} says it. */
  String date() {
    long second = System.currentTimeMillis() / 1_000;
    if (second != dateSecond) {
      dateSecond = second;
      date = DATE.format(Instant.ofEpochSecond(second));
    }
    return date;
  }

  void add(Connection connection) {
    connection.slot = connections.size();
    connections.add(connection);
    if (clock == null) {
      clock =
          eventLoop.scheduleWithFixedDelay(
              this::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
    }
    if (server.aborted()) {
      // Later, because its channel is only being made.
      eventLoop.execute(connection::abort);
    } else if (server.draining()) {
      // Accepted, or found to speak HTTP/2, after the others were told.
      closeIdleSoon();
    }
  }

  void remove(Connection connection) {
    int slot = connection.slot;
    if (slot < 0) {
      return;
    }
    connection.slot = -1;
    Connection last = connections.removeLast();
    if (slot < connections.size()) {
      connections.set(slot, last);
      last.slot = slot;
    }
    if (connections.isEmpty() && clock != null) {
      clock.cancel(false);
      clock = null;
    }
  }

  private void tick() {
    long now = System.nanoTime();
    // From the end: one that goes is replaced by one that was looked at already.
    for (int i = connections.size() - 1; i >= 0; i--) {
      if (i < connections.size()) {
        tick(connections.get(i), now);
      }
    }
  }

  /** What goes wrong with one connection must not stop the clock of the others. */
  private static void tick(Connection connection, long now) {
    try {
      connection.tick(now);
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      LOG.error("{}: connection closed after an error", connection.remoteAddress(), e);
      connection.abort();
    }
  }

  /** May be called from any thread. */
  void drain() {
    eventLoop.execute(
        () -> {
          for (Connection connection : connections.toArray(Connection[]::new)) {
            connection.drain();
          }
        });
    closeIdleSoon();
  }

  private void closeIdleSoon() {
    var _ = eventLoop.schedule(this::closeIdle, Connection.IDLE_GRACE_NANOS, TimeUnit.NANOSECONDS);
  }

  private void closeIdle() {
    for (Connection connection : connections.toArray(Connection[]::new)) {
      connection.closeIfIdle();
    }
  }

  /** May be called from any thread. */
  void abort() {
    eventLoop.execute(
        () -> {
          for (Connection connection : connections.toArray(Connection[]::new)) {
            connection.abort();
          }
        });
  }
}
