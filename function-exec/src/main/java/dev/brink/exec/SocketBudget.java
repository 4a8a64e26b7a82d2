package dev.brink.exec;

import dev.brink.exec.FunctionException.Code;
import dev.brink.exec.websocket.WebSocketLimits;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts a runtime's WebSockets, and holds them to their limits. Thread-safe. */
final class SocketBudget {
  private final WebSocketLimits limits;
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentHashMap<String, Integer> ofOwners = new ConcurrentHashMap<>();
  private final AtomicLong heldBytes = new AtomicLong();
  private final LongAdder opened = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder refusedToOwners = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();

  SocketBudget(WebSocketLimits limits) {
    this.limits = limits;
  }

  WebSocketLimits limits() {
    return limits;
  }

  /**
   * Takes a place for one more socket of an owner.
   *
   * @return {@code null} when it has one; else which limit is in the way
   */
  @Nullable Code take(String owner) {
    if (open.incrementAndGet() > limits.maxOpen()) {
      open.decrementAndGet();
      refused.increment();
      return Code.WEBSOCKET_LIMIT;
    }
    if (!owner.isEmpty() && ofOwners.merge(owner, 1, Integer::sum) > limits.maxPerOwner()) {
      giveBack(owner);
      refusedToOwners.increment();
      return Code.OWNER_WEBSOCKET_LIMIT;
    }
    return null;
  }

  void giveBack(String owner) {
    ofOwners.computeIfPresent(owner, (_, count) -> count == 1 ? null : count - 1);
    open.decrementAndGet();
  }

  /** Whether all sockets together still hold no more than they may. */
  boolean hold(long moreBytes) {
    return heldBytes.addAndGet(moreBytes) <= limits.memoryBytes() || moreBytes <= 0;
  }

  void opened() {
    opened.increment();
  }

  void failed() {
    failed.increment();
  }

  void received() {
    received.increment();
  }

  void sent() {
    sent.increment();
  }

  WebSocketCounts counts() {
    return new WebSocketCounts(
        open.get(),
        opened.sum(),
        failed.sum(),
        refused.sum(),
        refusedToOwners.sum(),
        received.sum(),
        sent.sum());
  }
}
