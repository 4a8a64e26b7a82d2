package dev.brink.mesh.origin;

import static java.util.Objects.requireNonNull;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallFailure.Reach;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import dev.brink.placement.origin.OriginPool;
import dev.brink.placement.origin.OriginSlot;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call to a pool: its attempts, one after the other, until one has a response or none is left.
 *
 * <p>Another server is tried as long as the pool's retries and the deadline allow it, and
 *
 * <ul>
 *   <li>nothing of the request was sent, or
 *   <li>the request is safe and has no body, and no response was passed on. A {@code 503} counts as
 *       none where another healthy server is left and the pool's retry budget has room.
 * </ul>
 *
 * <p>Lost connections are not held against the budget: a server that is gone bears no load, so
 * trying elsewhere only moves it. A kept connection that turns out closed is replaced by a fresh
 * one to the same server, once, before anything is held against the server.
 */
final class OriginCall implements Executor.Running {
  private static final Logger LOG = LoggerFactory.getLogger(OriginCall.class);

  private final Pool.State pool;
  private final Call call;
  private final CallListener listener;
  private final @Nullable Switching switching;
  private final RequestHead.Self self;
  private final EventLoop loop;
  private final long startedNanos;
  private final long deadlineNanos;
  private final long key;

  private volatile boolean cancelled;
  private volatile @Nullable Attempt current;

  // Handed from attempt to attempt, one thread at a time.
  private int retriesLeft;
  private boolean replaced;
  private boolean everSent;
  private @Nullable Set<OriginSlot> tried;

  /** Who takes a connection that has left HTTP. */
  interface Switching {
    /**
     * Occupies the connection at once.
     *
     * @param onEnd to be run when the connection is closed
     */
    void switched(HttpResponse head, UpstreamConnection connection, Runnable onEnd);
  }

  /**
   * How an attempt failed.
   *
   * @param sent whether anything of the request may have been
   * @param stale whether a kept connection turned out closed
   */
  record Failed(Fault fault, @Nullable Throwable cause, boolean sent, boolean stale) {}

  /**
   * @param switching who takes the connection after {@code 101}; {@code null}: it isn't asked for
   * @param self what requests say they go through
   * @param loop where connections would best be
   */
  OriginCall(
      Pool.State pool,
      Call call,
      CallListener listener,
      @Nullable Switching switching,
      RequestHead.Self self,
      EventLoop loop) {
    this.pool = pool;
    this.call = call;
    this.listener = listener;
    this.switching = switching;
    this.self = self;
    this.loop = loop;
    startedNanos = System.nanoTime();
    long totalNanos = pool.settings().totalTimeoutNanos();
    boolean uploads = call.body() != null;
    deadlineNanos =
        uploads || call.deadlineNanos() - startedNanos < totalNanos
            ? call.deadlineNanos()
            : startedNanos + totalNanos;
    key = pool.settings().hashOn().key(call);
    retriesLeft = pool.settings().retries();
  }

  void start() {
    long now = System.nanoTime();
    if (deadlineNanos - now <= 0) {
      listener.onFailure(new CallFailure(Fault.TIMEOUT.problem(), Reach.NOT_STARTED));
      return;
    }
    OriginSlot slot;
    Upstream upstream;
    do {
      slot = requireNonNull(pool.balancer().pick(now, key, Set.of()));
      upstream = pool.upstreams().get(slot.id());
      // None: the server has just been removed, and is not picked again.
    } while (upstream == null);
    begin(slot, upstream, false);
  }

  /**
   * Begins an attempt at the server that was picked or, as long as all its connections are in use,
   * at the next that the policy would pick and that has room. Where none has, it waits for the one
   * that was picked.
   */
  private void begin(OriginSlot picked, Upstream upstream, boolean budgeted) {
    var attempt = new Attempt(this, picked, upstream, false, budgeted);
    ConnectionPool.Place place = upstream.connections().place(loop);
    if (place != null || !beginElsewhere(picked, budgeted)) {
      begin(attempt, place);
    }
  }

  private boolean beginElsewhere(OriginSlot picked, boolean budgeted) {
    long now = System.nanoTime();
    boolean healthy = picked.health(now) == OriginSlot.Health.HEALTHY;
    Set<OriginSlot> passed = tried == null ? new HashSet<>() : new HashSet<>(tried);
    passed.add(picked);
    for (OriginSlot next; (next = pool.balancer().pick(now, key, passed)) != null; ) {
      if (healthy && next.health(now) != OriginSlot.Health.HEALTHY) {
        // Those come last, and waiting for one that is up is better.
        return false;
      }
      Upstream there = pool.upstreams().get(next.id());
      ConnectionPool.Place place = there == null ? null : there.connections().place(loop);
      if (there != null && place != null) {
        begin(new Attempt(this, next, there, false, budgeted), place);
        return true;
      }
      passed.add(next);
    }
    return false;
  }

  private void begin(Attempt attempt, ConnectionPool.@Nullable Place place) {
    current = attempt;
    attempt.start(place);
  }

  @Override
  public void cancel() {
    cancelled = true;
    Attempt attempt = current;
    if (attempt != null) {
      attempt.cancel();
    }
  }

  boolean cancelled() {
    return cancelled;
  }

  OriginPool balancer() {
    return pool.balancer();
  }

  PoolSettings settings() {
    return pool.settings();
  }

  EventLoop loop() {
    return loop;
  }

  long deadlineNanos() {
    return deadlineNanos;
  }

  /**
   * The request as this server is to get it.
   *
   * @throws ProblemException when it can't be sent to any
   */
  OutgoingRequest outgoing(Upstream upstream, ByteBufAllocator allocator) {
    String host = RequestHead.host(call, pool.settings(), upstream.address());
    long bodyLength = RequestHead.bodyLength(call);
    return new OutgoingRequest(
        RequestHead.of(allocator, call, host, self, switching != null),
        call.request().method().equals(HttpMethod.HEAD),
        switching != null,
        call.body(),
        bodyLength,
        pool.settings().totalTimeoutNanos(),
        startedNanos,
        deadlineNanos);
  }

  /** An attempt got an interim response. */
  void interim(HttpResponse head) {
    listener.onInterim(head);
  }

  /** An attempt got a response. */
  void responded(Attempt attempt, HttpResponse head, @Nullable BodyPipe body) {
    var timing =
        new CallTiming(
            attempt.upstream().address().id(), false, 0, 0, 0, System.nanoTime() - startedNanos);
    try {
      listener.onResponse(head, body, timing);
    } catch (RuntimeException e) {
      LOG.error("request {}: the listener of a response failed", call.requestId(), e);
      if (body != null) {
        body.cancel();
      }
    }
  }

  /** An attempt's connection has left HTTP. */
  void switched(HttpResponse head, UpstreamConnection connection, Runnable onEnd) {
    requireNonNull(switching).switched(head, connection, onEnd);
  }

  /** An attempt failed. */
  void failed(Attempt attempt, Failed failed) {
    everSent |= failed.sent;
    if (LOG.isDebugEnabled()) {
      LOG.debug(
          "request {}: {} at {}",
          call.requestId(),
          failed.fault,
          attempt.upstream().address().id(),
          failed.cause);
    }
    if (!cancelled && failed.fault.worthRetrying() && (!failed.sent || repeatable())) {
      if (failed.stale && !replaced && inTime()) {
        replaced = true;
        begin(new Attempt(this, attempt.slot(), attempt.upstream(), true, false), null);
        return;
      }
      OriginSlot next = nextAfter(attempt);
      Upstream there = next == null ? null : pool.upstreams().get(next.id());
      if (next != null && there != null) {
        retriesLeft--;
        begin(next, there, false);
        return;
      }
    }
    fail(failed);
  }

  /**
   * An attempt was answered 503.
   *
   * @return whether another one has begun, so that nobody wants the answer
   */
  boolean answeredBusy(Attempt attempt) {
    if (cancelled || !repeatable()) {
      return false;
    }
    OriginSlot next = nextAfter(attempt);
    Upstream there = next == null ? null : pool.upstreams().get(next.id());
    if (next == null
        || there == null
        || next.health(System.nanoTime()) != OriginSlot.Health.HEALTHY
        || !pool.balancer().beginRetry()) {
      return false;
    }
    everSent = true;
    retriesLeft--;
    begin(next, there, true);
    return true;
  }

  private @Nullable OriginSlot nextAfter(Attempt attempt) {
    if (retriesLeft == 0 || !inTime()) {
      return null;
    }
    Set<OriginSlot> sofar = tried;
    if (sofar == null) {
      sofar = new HashSet<>();
      tried = sofar;
    }
    sofar.add(attempt.slot());
    return pool.balancer().pick(System.nanoTime(), key, sofar);
  }

  private boolean inTime() {
    return deadlineNanos - System.nanoTime() > 0;
  }

  /** Whether sending it twice does no harm, and is possible. */
  private boolean repeatable() {
    HttpMethod method = call.request().method();
    return call.body() == null
        && (method.equals(HttpMethod.GET)
            || method.equals(HttpMethod.HEAD)
            || method.equals(HttpMethod.OPTIONS)
            || method.equals(HttpMethod.TRACE));
  }

  private void fail(Failed failed) {
    Problem problem =
        failed.cause instanceof ProblemException known ? known.problem() : failed.fault.problem();
    Reach reach =
        switch (failed.fault) {
          case REQUEST_BROKEN, REQUEST_TIMEOUT -> Reach.RAN;
          case UNREACHABLE,
              TLS,
              BUSY,
              TIMEOUT,
              BODY_TIMEOUT,
              LOST,
              INVALID_RESPONSE,
              DENIED,
              CANCELLED ->
              everSent ? Reach.UNKNOWN : Reach.NOT_STARTED;
        };
    try {
      listener.onFailure(new CallFailure(problem, reach));
    } catch (RuntimeException e) {
      LOG.error("request {}: the listener of a failure failed", call.requestId(), e);
    }
  }
}
