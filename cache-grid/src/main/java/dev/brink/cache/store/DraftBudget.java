package dev.brink.cache.store;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Bounds the memory of what is on its way into a store, which no policy evicts. Thread-safe. What
 * is taken at the same moment may exceed it, by a block for each thread.
 */
final class DraftBudget {
  private final long maxBytes;
  private final AtomicLong taken = new AtomicLong();
  private final LongAdder refusals = new LongAdder();

  DraftBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Whether there is room for so many bytes more. */
  boolean hasRoom(long bytes) {
    return taken.get() + bytes <= maxBytes;
  }

  /** A draft was given up because there was no room. */
  void refused() {
    refusals.increment();
  }

  void take(long bytes) {
    taken.addAndGet(bytes);
  }

  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }

  long takenBytes() {
    return taken.get();
  }

  long refusals() {
    return refusals.sum();
  }
}
