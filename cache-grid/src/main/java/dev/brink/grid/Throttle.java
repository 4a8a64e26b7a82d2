package dev.brink.grid;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one through per period. */
final class Throttle {
  private final long periodNanos;
  private final AtomicLong next = new AtomicLong(System.nanoTime());

  Throttle(Duration period) {
    periodNanos = period.toNanos();
  }

  boolean permits() {
    long now = System.nanoTime();
    long due = next.get();
    return now - due >= 0 && next.compareAndSet(due, now + periodNanos);
  }
}
