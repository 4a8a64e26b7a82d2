package dev.brink.placement.sim.origin;

import java.util.Arrays;

/**
 * How a policy did.
 *
 * @param failedShare of all requests; those are not in the latencies
 */
record OriginScore(double meanMillis, double p50Millis, double p99Millis, double failedShare) {
  static OriginScore of(double[] latencies, int answered, long failed) {
    double[] sorted = Arrays.copyOf(latencies, answered);
    Arrays.sort(sorted);
    if (answered == 0) {
      return new OriginScore(Double.NaN, Double.NaN, Double.NaN, 1);
    }
    return new OriginScore(
        Arrays.stream(sorted).average().orElse(Double.NaN),
        sorted[answered / 2],
        sorted[(int) (answered * 0.99)],
        (double) failed / (answered + failed));
  }
}
