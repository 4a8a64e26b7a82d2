package dev.brink.placement.warmth;

/**
 * What a policy is told when a function goes idle.
 *
 * @param coldWorthNanos how long an instance may be held idle for the price of one cold start: see
 *     {@link ColdPrice}
 * @param leadNanos how long making an instance takes: a pre-warming begins that much earlier
 * @param cpu how busy the node's processors are, 0 to 1
 */
public record WarmthSignals(long coldWorthNanos, long leadNanos, double cpu) {
  public WarmthSignals {
    if (coldWorthNanos < 0) {
      throw new IllegalArgumentException(
          "coldWorthNanos: " + coldWorthNanos + " (expected: at least 0)");
    }
    if (leadNanos < 0) {
      throw new IllegalArgumentException("leadNanos: " + leadNanos + " (expected: at least 0)");
    }
    if (!(cpu >= 0 && cpu <= 1)) {
      throw new IllegalArgumentException("cpu: " + cpu + " (expected: 0 to 1)");
    }
  }
}
