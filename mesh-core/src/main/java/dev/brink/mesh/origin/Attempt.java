package dev.brink.mesh.origin;

import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.ProblemException;
import dev.brink.placement.origin.OriginSlot;
import dev.brink.placement.origin.Outcome;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * One try of a call at one server, and what it says about the server. Its parts run one after the
 * other, though on different threads; {@link #cancel} may come from any.
 */
final class Attempt implements ConnectionPool.Waiter, UpstreamExchange.Listener {
  private final OriginCall call;
  private final OriginSlot slot;
  private final Upstream upstream;
  private final boolean fresh;
  private final boolean budgeted;
  private volatile @Nullable Sent sent;
  private boolean blamed;
  private long latencyNanos;

  /** The request is on its way. */
  private record Sent(
      UpstreamConnection connection, UpstreamExchange exchange, boolean reused, long nanos) {}

  /**
   * @param fresh whether to begin a new connection
   * @param budgeted whether it counts as a retry until its end
   */
  Attempt(OriginCall call, OriginSlot slot, Upstream upstream, boolean fresh, boolean budgeted) {
    this.call = call;
    this.slot = slot;
    this.upstream = upstream;
    this.fresh = fresh;
    this.budgeted = budgeted;
  }

  OriginSlot slot() {
    return slot;
  }

  Upstream upstream() {
    return upstream;
  }

  /**
   * @param place its room at the server; {@code null}: it waits for it, if it has to
   */
  void start(ConnectionPool.@Nullable Place place) {
    call.balancer().started(slot);
    upstream.countAttempt();
    if (place == null) {
      upstream.connections().acquire(this, fresh);
    } else {
      upstream.connections().enter(place, this);
    }
  }

  /** The caller has gone. */
  void cancel() {
    if (upstream.connections().abandon(this)) {
      notConnected(Fault.CANCELLED, null);
      return;
    }
    Sent current = sent;
    if (current != null && !current.connection.loop().isShutdown()) {
      current.connection.loop().execute(current.exchange::cancel);
    }
  }

  @Override
  public EventLoop loop() {
    return call.loop();
  }

  @Override
  public long deadlineNanos() {
    return call.deadlineNanos();
  }

  @Override
  public void connected(UpstreamConnection connection) {
    if (call.cancelled()) {
      connection.releaseUnused();
      notConnected(Fault.CANCELLED, null);
      return;
    }
    if (!connection.used()) {
      call.balancer().roundTrip(slot, connection.connectNanos());
    }
    OutgoingRequest request;
    try {
      request = call.outgoing(upstream, connection.channel().alloc());
    } catch (ProblemException e) {
      connection.releaseUnused();
      notConnected(Fault.REQUEST_BROKEN, e);
      return;
    }
    var exchange = new UpstreamExchange(connection, request, this);
    sent = new Sent(connection, exchange, connection.used(), System.nanoTime());
    exchange.start();
    if (call.cancelled()) {
      exchange.cancel();
    }
  }

  @Override
  public void notConnected(Fault fault, @Nullable Throwable cause) {
    finish(fault.blamesServer() ? Outcome.FAILURE : Outcome.ABANDONED);
    call.failed(this, new OriginCall.Failed(fault, cause, false, false));
  }

  @Override
  public void failed(Fault fault, @Nullable Throwable cause, boolean touched) {
    Sent current = sent;
    boolean stale = current != null && current.reused && fault == Fault.LOST && !touched;
    boolean counts = fault.blamesServer() && !stale && (fault != Fault.TIMEOUT || patient());
    finish(counts ? Outcome.FAILURE : Outcome.ABANDONED);
    call.failed(this, new OriginCall.Failed(fault, cause, current != null, stale));
  }

  /** Whether the server had at least half of the pool's time limit, whatever the caller's was. */
  private boolean patient() {
    Sent current = sent;
    return current != null
        && System.nanoTime() - current.nanos >= call.settings().totalTimeoutNanos() / 2;
  }

  @Override
  public void interim(HttpResponse head) {
    call.interim(head);
  }

  @Override
  public void responded(HttpResponse head, @Nullable BodyPipe body) {
    int code = head.status().code();
    Sent current = sent;
    latencyNanos = current == null ? 0 : System.nanoTime() - current.nanos;
    blamed = code >= 502 && code <= 504;
    if (body == null) {
      ended(UpstreamExchange.End.COMPLETE);
    }
    if (code == 503 && call.answeredBusy(this)) {
      ReferenceCountUtil.release(head);
      if (body != null) {
        body.cancel();
      }
    } else {
      call.responded(this, head, body);
    }
  }

  @Override
  public void switched(HttpResponse head, UpstreamConnection connection) {
    call.switched(head, connection, () -> ended(UpstreamExchange.End.COMPLETE));
  }

  @Override
  public void ended(UpstreamExchange.End end) {
    finish(
        switch (end) {
          case COMPLETE -> blamed ? Outcome.FAILURE : Outcome.SUCCESS;
          case BROKEN -> Outcome.FAILURE;
          case CANCELLED -> blamed ? Outcome.FAILURE : Outcome.ABANDONED;
        });
  }

  private void finish(Outcome outcome) {
    if (outcome == Outcome.FAILURE) {
      upstream.countFailure();
    }
    call.balancer().finished(slot, outcome, latencyNanos, System.nanoTime());
    if (budgeted) {
      call.balancer().endRetry();
    }
  }
}
