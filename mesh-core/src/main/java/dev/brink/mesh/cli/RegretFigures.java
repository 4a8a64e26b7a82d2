package dev.brink.mesh.cli;

import dev.brink.mesh.deploy.RegretSample;
import java.util.Arrays;
import java.util.List;

/**
 * How many times as long as the least something took, over many comparisons.
 *
 * @param regrets in ascending order, each at least 1
 * @param asGood share of them within 5 % + 1 ms of the least; NaN where there are none
 */
record RegretFigures(List<Double> regrets, double asGood) {
  private static final double AS_GOOD_SHARE = 1.05;
  private static final double AS_GOOD_MILLIS = 1;

  RegretFigures {
    regrets = List.copyOf(regrets);
  }

  /** One run on each node, the client's own on the chosen one. */
  static RegretFigures raw(List<RegretSample> samples) {
    return of(samples.stream().map(RegretFigures::single).toList());
  }

  /** The nodes' medians of the repetitions. */
  static RegretFigures ofMedians(List<RegretSample> samples) {
    return of(
        samples.stream()
            .filter(RegretFigures::repeated)
            .map(
                sample ->
                    new Pair(
                        median(sample.runs().getFirst()),
                        sample.runs().stream()
                            .mapToDouble(RegretFigures::median)
                            .min()
                            .orElse(Double.NaN)))
            .toList());
  }

  /** Control: the client's run against the same node's first repetition. */
  static RegretFigures ofSameNode(List<RegretSample> samples) {
    return of(
        samples.stream()
            .filter(RegretFigures::repeated)
            .map(sample -> sample.runs().getFirst())
            .map(
                run -> new Pair(run.millis(), Math.min(run.millis(), run.againMillis().getFirst())))
            .toList());
  }

  /**
   * Control: the raw regret of one who knows every node's median and takes the least, and after
   * that is measured by one run on each as the choice was.
   */
  static RegretFigures ofBestByMedians(List<RegretSample> samples) {
    return of(
        samples.stream()
            .filter(RegretFigures::repeated)
            .map(
                sample -> {
                  RegretSample.Run best = sample.runs().getFirst();
                  for (RegretSample.Run run : sample.runs()) {
                    best = median(run) < median(best) ? run : best;
                  }
                  return new Pair(best.millis(), single(sample).least);
                })
            .toList());
  }

  double quantile(double share) {
    return regrets.isEmpty()
        ? Double.NaN
        : regrets.get((int) Math.min(regrets.size() - 1, share * regrets.size()));
  }

  int count() {
    return regrets.size();
  }

  private record Pair(double taken, double least) {
    double regret() {
      return least > 0 ? taken / least : 1;
    }

    boolean asGood() {
      return taken <= least * AS_GOOD_SHARE + AS_GOOD_MILLIS;
    }
  }

  private static RegretFigures of(List<Pair> pairs) {
    return new RegretFigures(
        pairs.stream().map(Pair::regret).sorted().toList(),
        pairs.stream().mapToDouble(pair -> pair.asGood() ? 1 : 0).average().orElse(Double.NaN));
  }

  private static Pair single(RegretSample sample) {
    return new Pair(
        sample.runs().getFirst().millis(),
        sample.runs().stream().mapToDouble(RegretSample.Run::millis).min().orElse(Double.NaN));
  }

  private static boolean repeated(RegretSample sample) {
    return sample.runs().stream().noneMatch(run -> run.againMillis().isEmpty());
  }

  private static double median(RegretSample.Run run) {
    double[] sorted = run.againMillis().stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
