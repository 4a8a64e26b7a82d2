package dev.brink.placement;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much longer than elsewhere work takes on a node: 1 is usual.
 *
 * <p>Run times of one function differ by more than nodes do, so the estimate is of their logarithm:
 * it moves 5 % towards each sample, less where the function's times are spread wide, and what is
 * left within 28 % of usual counts as usual. Samples that are off to the same side add up as
 * evidence, in units of the spread and as CUSUM does (Page, Biometrika 41, 1954); four that are far
 * off, or more that are less so, make it jump to the nearest of those that were. While no sample
 * confirms it, it goes back to 1, so that a node that has healed is tried again. Lock free.
 */
final class SlowEstimate {
  /** What is slower, or faster, counts as this. */
  static final double MOST_SLOW = 10;

  private static final double WEIGHT = 0.05;
  private static final double LIMIT = Math.log(MOST_SLOW);
  private static final double USUAL = 0.25;

  /** Functions whose times are spread wider count less, by the square of it. */
  private static final double NARROW = 0.5;

  /** Of a normal distribution's mean distance from its mean. */
  private static final double DEVIATIONS_PER_SPREAD = 1.25;

  /** What is off by so many deviations is no evidence, and what is off by more is for the rest. */
  private static final double ALLOWED = 1;

  private static final double MOST = 2.5;

  /** Four samples that are far off. */
  private static final double EVIDENCE = 5.5;

  private static final double EVIDENCE_UNITS = 16;
  private static final long HALF_LIFE_NANOS = 1_000_000_000L;
  private static final long REST_NANOS = 3_000_000_000L;

  /** The logarithm: a float; the nearest sample of the evidence: 24 bits; the evidence: 8 bits. */
  private final AtomicLong word = new AtomicLong();

  /** When a sample last confirmed it. */
  private final AtomicLong lastNanos = new AtomicLong();

  private final double enough;

  SlowEstimate() {
    this(EVIDENCE);
  }

  /**
   * With more or less care.
   *
   * @param enough the evidence that makes it jump, under 15; a sample is at most 1.5 of it
   */
  SlowEstimate(double enough) {
    this.enough = enough;
  }

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
    double estimate;
    do {
      before = word.get();
      estimate = decayed(before, nowNanos);
      after = next(before, estimate, sample, Math.max(NARROW, spread));
    } while (!word.compareAndSet(before, after));
    rest(estimate, sample, nowNanos);
  }

  /** A sample that speaks against the estimate does not keep it from going back. */
  private void rest(double estimate, double sample, long nowNanos) {
    boolean confirms = sample * Math.signum(estimate) >= Math.abs(estimate) / 2;
    if (confirms) {
      lastNanos.setOpaque(nowNanos);
    } else if (nowNanos - lastNanos.getOpaque() > REST_NANOS) {
      lastNanos.setOpaque(nowNanos - REST_NANOS);
    }
  }

  private long next(long before, double estimate, double sample, double spread) {
    double off = sample - estimate;
    double part = NARROW / spread;
    double moved = estimate + WEIGHT * part * part * off;
    double more = Math.min(Math.abs(off) / (DEVIATIONS_PER_SPREAD * spread), MOST) - ALLOWED;
    double nearest = nearest(before);
    boolean same = Math.signum(nearest - estimate) == Math.signum(off);
    double had = same ? evidence(before) : 0;
    if (had + more <= 0) {
      return word(moved, 0, 0);
    }
    boolean nearer = had == 0 || (more > 0 && Math.abs(off) < Math.abs(nearest - estimate));
    double held = nearer ? sample : nearest;
    return had + more >= enough ? word(held, 0, 0) : word(moved, had + more, held);
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

  private static long word(double estimate, double evidence, double nearest) {
    long high = Integer.toUnsignedLong(Float.floatToRawIntBits((float) estimate)) << 32;
    int low = Float.floatToRawIntBits((float) nearest) & ~0xFF;
    return high | Integer.toUnsignedLong(low) | Math.round(evidence * EVIDENCE_UNITS);
  }

  private static double estimate(long word) {
    return Float.intBitsToFloat((int) (word >>> 32));
  }

  private static double nearest(long word) {
    return Float.intBitsToFloat((int) word & ~0xFF);
  }

  private static double evidence(long word) {
    return (word & 0xFF) / EVIDENCE_UNITS;
  }
}
