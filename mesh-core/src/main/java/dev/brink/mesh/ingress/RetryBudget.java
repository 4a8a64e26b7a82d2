package dev.brink.mesh.ingress;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many calls may be tried again: a fifth of all calls, and a burst of 200 when a node is lost
 * with all that ran on it. Keeps tries from multiplying when everything fails. Thread-safe.
 */
final class RetryBudget {
  private static final long BURST = 200;
  private static final long PARTS = 5;

  private final AtomicLong fifths = new AtomicLong(BURST * PARTS);

  void called() {
    if (fifths.getPlain() < BURST * PARTS) {
      fifths.incrementAndGet();
    }
  }

  boolean take() {
    if (fifths.addAndGet(-PARTS) >= 0) {
      return true;
    }
    fifths.addAndGet(PARTS);
    return false;
  }
}
