package dev.brink.placement;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How a node's last calls of a function went: each weighs nine tenths as much with each call after
 * it, and half as much with each half minute. Thread-safe, lock free; counting allocates nothing.
 */
final class RecentCalls {
  private static final float KEPT = 0.9f;
  private static final double HALF_LIFE_NANOS = 30e9;
  private static final long AGES_NANOS = 100_000_000L;

  /** Of ten: with so many answered and none failed, one more answer changes nothing. */
  private static final float FULL = 9.9f;

  /** What failed and what was answered, as two floats in one number. */
  private final AtomicLong counts = new AtomicLong();

  private volatile long lastNanos;

  void count(boolean fails, long nowNanos) {
    long since = nowNanos - lastNanos;
    if (!fails && since < AGES_NANOS && isFull(counts.get())) {
      return;
    }
    float kept = since < AGES_NANOS ? KEPT : KEPT * (float) Math.pow(0.5, since / HALF_LIFE_NANOS);
    lastNanos = nowNanos;
    long before;
    long after;
    do {
      before = counts.get();
      float failed = failed(before) * kept + (fails ? 1 : 0);
      float answered = answered(before) * kept + (fails ? 0 : 1);
      after = (long) Float.floatToIntBits(failed) << 32 | Float.floatToIntBits(answered);
    } while (!counts.compareAndSet(before, after));
  }

  private static boolean isFull(long counts) {
    return failed(counts) == 0 && answered(counts) > FULL;
  }

  private static float failed(long counts) {
    return Float.intBitsToFloat((int) (counts >>> 32));
  }

  private static float answered(long counts) {
    return Float.intBitsToFloat((int) counts);
  }

  /** Of ten at most. */
  double failed() {
    return failed(counts.get());
  }

  /** Of ten at most. */
  double all() {
    long now = counts.get();
    return failed(now) + answered(now);
  }

  /** Which share failed; 0 when nothing was counted. */
  double share() {
    long now = counts.get();
    double all = failed(now) + answered(now);
    return all == 0 ? 0 : failed(now) / all;
  }

  /** When the last was. */
  long lastNanos() {
    return lastNanos;
  }
}
