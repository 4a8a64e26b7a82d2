package dev.brink.placement.warmth;

/**
 * The processor time that warming ahead of calls may take: a share of what there is, saved up for
 * at most a minute. Not thread-safe.
 */
public final class WarmingBudget {
  private static final double SAVED_NANOS = 60e9;

  private final double share;
  private double nanos;
  private long filledAtNanos;
  private boolean started;

  /**
   * An empty one.
   *
   * @param share of the processors' time, 0 to 1
   */
  public WarmingBudget(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share: " + share + " (expected: 0 to 1)");
    }
    this.share = share;
  }

  /** As much as has come together by now on so many processors. */
  public void refill(long nowNanos, int processors) {
    if (started) {
      double rate = share * processors;
      double passed = Math.max(0, nowNanos - filledAtNanos);
      nanos = Math.min(nanos + rate * passed, rate * SAVED_NANOS);
    }
    started = true;
    filledAtNanos = nowNanos;
  }

  /** Takes the cost of one warming. One that costs more than is ever saved needs it all. */
  public boolean spend(long costNanos, int processors) {
    double need = Math.min((double) costNanos, share * processors * SAVED_NANOS);
    if (nanos < need || share == 0) {
      return false;
    }
    nanos -= costNanos;
    return true;
  }

  /** Gives back what one warming was to cost that is not needed after all. */
  public void refund(long costNanos, int processors) {
    nanos = Math.min(nanos + costNanos, share * processors * SAVED_NANOS);
  }
}
