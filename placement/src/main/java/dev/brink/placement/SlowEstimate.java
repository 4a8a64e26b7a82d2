package dev.brink.placement;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much longer than elsewhere work takes on a node: 1 is usual.
 *
 * <p>Run times of one function differ by more than nodes do, so the estimate is of their logarithm:
 * it moves 5 % towards each sample, and what is left within 28 % of usual counts as usual. Four
 * samples in a row that are four times off make it jump to the nearest of them. While there is no
 * sample it goes back to 1, so that a node that has healed is tried again. Lock free.
 */
final class SlowEstimate {
  private static final double WEIGHT = 0.05;
  private static final double LIMIT = Math.log(10);
  private static final double USUAL = 0.25;
  private static final double FAR = Math.log(4);

  /** Functions whose times are spread wider count less, by the square of it. */
  private static final double NARROW = 0.5;

  private static final double FAR_SPREADS = 2.2;
  private static final int JUMP_AFTER = 4;
  private static final long HALF_LIFE_NANOS = 2_000_000_000L;
  private static final long REST_NANOS = 1_000_000_000L;

  /** The logarithm: a float; samples far off in a row: 2 bits; the nearest of them: the rest. */
  private final AtomicLong word = new AtomicLong();

  private final AtomicLong lastNanos = new AtomicLong();

  /**
   * Work was done.
   *
   * @param spread how far the logarithms of such times are from the expected one, on average
   */
  void add(long actualNanos, long expectedNanos, double spread, long nowNanos) {
    double ratio = (double) Math.max(1, actualNanos) / Math.max(1, expectedNanos);
    double sample = Math.clamp(Math.log(ratio), -LIMIT, LIMIT);
    long before;
    long after;
    do {
      before = word.get();
      after = next(before, decayed(before, nowNanos), sample, spread);
    } while (!word.compareAndSet(before, after));
    lastNanos.setOpaque(nowNanos);
  }

  private static long next(long before, double estimate, double sample, double spread) {
    double off = sample - estimate;
    double part = spread <= NARROW ? 1 : NARROW / spread;
    double weight = WEIGHT * part * part;
    if (Math.abs(off) < Math.max(FAR, FAR_SPREADS * spread)) {
      return word(estimate + weight * off, 0, 0);
    }
    double nearest = nearest(before);
    boolean row = far(before) > 0 && Math.signum(nearest - estimate) == Math.signum(off);
    double held = row && Math.abs(nearest - estimate) < Math.abs(off) ? nearest : sample;
    int far = row ? far(before) + 1 : 1;
    return far == JUMP_AFTER ? word(held, 0, 0) : word(estimate + weight * off, far, held);
  }

  double value(long nowNanos) {
    long seen = word.getOpaque();
    if (seen == 0) {
      return 1;
    }
    double log = decayed(seen, nowNanos);
    double beyond = Math.abs(log) - USUAL;
    return beyond <= 0 ? 1 : Math.exp(Math.copySign(beyond, log));
  }

  private double decayed(long seen, long nowNanos) {
    double log = estimate(seen);
    return log == 0
        ? 0
        : Decay.left(log, nowNanos - lastNanos.getOpaque() - REST_NANOS, HALF_LIFE_NANOS);
  }

  private static long word(double estimate, int far, double nearest) {
    long high = Integer.toUnsignedLong(Float.floatToRawIntBits((float) estimate)) << 32;
    int low = Float.floatToRawIntBits((float) nearest) & ~3;
    return high | Integer.toUnsignedLong(low) | far;
  }

  private static double estimate(long word) {
    return Float.intBitsToFloat((int) (word >>> 32));
  }

  private static double nearest(long word) {
    return Float.intBitsToFloat((int) word & ~3);
  }

  private static int far(long word) {
    return (int) word & 3;
  }
}
