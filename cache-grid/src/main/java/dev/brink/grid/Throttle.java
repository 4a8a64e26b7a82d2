package dev.brink.grid;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one through per period, such as a line of a log, and the first at once. Thread-safe. */
public final class Throttle {
  private final long periodNanos;
  private final AtomicLong next = new AtomicLong(System.nanoTime());

  /** Lets the first through at once. */
  public Throttle(Duration period) {
    periodNanos = period.toNanos();
  }

  /** Whether this one may; then no other may until the period is over. */
  public boolean permits() {
    long now = System.nanoTime();
    long due = next.get();
    return now - due >= 0 && next.compareAndSet(due, now + periodNanos);
  }
}
