package dev.brink.cache.store;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongConsumer;

/**
 * Collects uses without a lock, to be told to a policy in batches. When it is full, uses are lost,
 * which only makes the policy's picture a little coarser. Any thread may offer; one at a time may
 * drain.
 */
final class UseBuffer {
  private static final int STRIPES =
      Integer.highestOneBit(Math.max(1, Runtime.getRuntime().availableProcessors()) * 2 - 1);

  private static final int SIZE = 64;

  /** What a place holds when there is nothing in it; a use of that key is lost. */
  private static final long EMPTY = 0;

  private final AtomicLongArray[] keys = new AtomicLongArray[STRIPES];
  private final AtomicInteger[] counts = new AtomicInteger[STRIPES];

  UseBuffer() {
    for (int i = 0; i < STRIPES; i++) {
      keys[i] = new AtomicLongArray(SIZE);
      counts[i] = new AtomicInteger();
    }
  }

  /** Takes a use; true when it is time to drain. */
  boolean offer(long key) {
    int stripe = (int) Thread.currentThread().threadId() & STRIPES - 1;
    int at = counts[stripe].get();
    if (at >= SIZE) {
      return true;
    }
    if (counts[stripe].compareAndSet(at, at + 1)) {
      keys[stripe].setRelease(at, key);
    }
    return at + 1 == SIZE;
  }

  void drain(LongConsumer uses) {
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      int count = counts[stripe].get();
      for (int i = 0; i < count; i++) {
        long key = keys[stripe].getAndSet(i, EMPTY);
        if (key != EMPTY) {
          uses.accept(key);
        }
      }
      counts[stripe].addAndGet(-count);
    }
  }
}
