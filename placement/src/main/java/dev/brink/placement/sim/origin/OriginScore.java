package dev.brink.placement.sim.origin;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

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

  /** Of several runs, each figure's mean. */
  static OriginScore mean(List<OriginScore> scores) {
    return new OriginScore(
        mean(scores, OriginScore::meanMillis),
        mean(scores, OriginScore::p50Millis),
        mean(scores, OriginScore::p99Millis),
        mean(scores, OriginScore::failedShare));
  }

  private static double mean(List<OriginScore> scores, ToDoubleFunction<OriginScore> figure) {
    return scores.stream().mapToDouble(figure).average().orElse(Double.NaN);
  }
}
