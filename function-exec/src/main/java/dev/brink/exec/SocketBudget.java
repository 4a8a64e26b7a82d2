package dev.brink.exec;

import dev.brink.exec.websocket.WebSocketLimits;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts a runtime's WebSockets, and holds them to their limits. Thread-safe. */
final class SocketBudget {
  private final WebSocketLimits limits;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicLong heldBytes = new AtomicLong();
  private final LongAdder opened = new LongAdder();
  private final LongAdder failed = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();

  SocketBudget(WebSocketLimits limits) {
    this.limits = limits;
  }

  WebSocketLimits limits() {
    return limits;
  }

  /** Takes a place for one more socket; {@code false} when there is none. */
  boolean take() {
    if (open.incrementAndGet() > limits.maxOpen()) {
      open.decrementAndGet();
      return false;
    }
    return true;
  }

  void giveBack() {
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
    return new WebSocketCounts(open.get(), opened.sum(), failed.sum(), received.sum(), sent.sum());
  }
}
