package dev.brink.placement;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much longer than elsewhere work takes on a node: 1 is usual. Moves 5 % towards each sample
 * and, while there is none, back to 1, so that a node that has healed is tried again. Lock free.
 */
final class SlowEstimate {
  private static final double WEIGHT = 0.05;
  private static final double LIMIT = 10;
  private static final long HALF_LIFE_NANOS = 2_000_000_000L;
  private static final long REST_NANOS = 1_000_000_000L;

  private final AtomicLong bits = new AtomicLong(Double.doubleToRawLongBits(1));
  private final AtomicLong lastNanos = new AtomicLong();

  void add(long actualNanos, long expectedNanos, long nowNanos) {
    double ratio = (double) Math.max(1, actualNanos) / Math.max(1, expectedNanos);
    double sample = Math.clamp(ratio, 1 / LIMIT, LIMIT);
    long before;
    long after;
    do {
      before = bits.get();
      double slow = decayed(before, nowNanos);
      after = Double.doubleToRawLongBits(slow + WEIGHT * (sample - slow));
    } while (!bits.compareAndSet(before, after));
    lastNanos.setOpaque(nowNanos);
  }

  double value(long nowNanos) {
    return decayed(bits.getOpaque(), nowNanos);
  }

  private double decayed(long seen, long nowNanos) {
    double slow = Double.longBitsToDouble(seen);
    if (slow == 1) {
      return 1;
    }
    long idleNanos = nowNanos - lastNanos.getOpaque() - REST_NANOS;
    return 1 + Decay.left(slow - 1, idleNanos, HALF_LIFE_NANOS);
  }
}
