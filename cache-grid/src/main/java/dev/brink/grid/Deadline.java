package dev.brink.grid;

import java.time.Duration;

/** A moment by which something has to be done. */
record Deadline(long nanos) {
  static Deadline in(Duration time) {
    return new Deadline(System.nanoTime() + time.toNanos());
  }

  boolean passed() {
    return System.nanoTime() - nanos > 0;
  }

  /** What is left, 1 ms at least. */
  long leftMillis() {
    return Math.max(1, (nanos - System.nanoTime()) / 1_000_000);
  }
}
