package dev.brink.placement.warmth;

/**
 * What a cold start is worth, as idle memory: for each second that a caller waits, {@code
 * megabyteSeconds} may be held idle to avoid it. The more of the memory for idle instances is in
 * use, the less: from a half on, half as much for each further sixteenth.
 *
 * @param megabyteSeconds of memory for one second of waiting, more than 0
 */
public record ColdPrice(double megabyteSeconds) {
  /** 450,000: holding 125 MB for an hour is worth one second less of waiting. */
  public static final ColdPrice DEFAULT = new ColdPrice(450_000);

  private static final double FREE = 0.5;
  private static final double HALVING = 1.0 / 16;

  public ColdPrice {
    if (!(megabyteSeconds > 0 && megabyteSeconds < 1e12)) {
      throw new IllegalArgumentException(
          "megabyteSeconds: " + megabyteSeconds + " (expected: more than 0, below 1e12)");
    }
  }

  /**
   * How long an instance may be held idle for the price of one cold start.
   *
   * @param coldNanos how long making one takes
   * @param bytes what it holds
   * @param used the share of the memory for idle instances that is in use
   */
  public long worthNanos(long coldNanos, long bytes, double used) {
    double relief = Math.pow(0.5, Math.max(0, used - FREE) / HALVING);
    double megabytes = Math.max(1, bytes) / 1e6;
    double nanos = megabyteSeconds * Math.max(0, coldNanos) / megabytes * relief;
    return (long) Math.clamp(nanos, 0.0, Long.MAX_VALUE / 4.0);
  }
}
