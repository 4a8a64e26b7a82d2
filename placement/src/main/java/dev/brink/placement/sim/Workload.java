package dev.brink.placement.sim;

import dev.brink.placement.PlacementRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The requests of a simulation, the same for every rule: popularity, rhythm and run times from the
 * trace, scaled to the load. Minute after minute of the trace plays at the speed that gives the
 * load, from a minute drawn by lot; a minute with more work than usual brings up to 30 % more.
 */
final class Workload {
  /** Longer runs are cut, as a node's own limit cuts them. */
  private static final double MAX_RUN_MILLIS = 10_000;

  private static final double COLD_SIGMA = 0.5;

  private final List<SimFunction> functions = new ArrayList<>();
  private final List<SimRequest> requests = new ArrayList<>();
  private final List<TracedFunction> traced;
  private final double runScale;

  /** Of each function, in nanoseconds. */
  private final double[] meanRuns;

  private final SplittableRandom random;

  Workload(Scenario scenario, long seed) {
    random = new SplittableRandom(seed);
    runScale = scenario.runScale();
    traced =
        scenario.trace().functions().stream()
            .filter(f -> f.invocations() > 0 && f.averageMillis() <= scenario.longestMeanMillis())
            .toList();
    if (traced.isEmpty()) {
      throw new IllegalArgumentException("trace: no calls in it (expected: some)");
    }
    meanRuns = new double[traced.size()];
    for (int f = 0; f < traced.size(); f++) {
      meanRuns[f] = meanRunNanos(traced.get(f));
      double cold = scenario.coldMedianNanos() * Math.exp(COLD_SIGMA * random.nextGaussian());
      boolean reads = random.nextDouble() < scenario.dataShare();
      int dataNode = reads ? random.nextInt(scenario.nodes()) : -1;
      functions.add(
          new SimFunction(
              f,
              PlacementRequest.of("f" + f),
              Math.max(1, (long) cold),
              traced.get(f).memoryMb(),
              dataNode));
    }
    fill(scenario);
  }

  private void fill(Scenario scenario) {
    double lanes = scenario.load() * scenario.nodes() * scenario.lanes();
    double[] ingresses = ingresses(scenario);
    int minutes = scenario.trace().minutes();
    int minute = random.nextInt(minutes);
    double usualWork = workPerMinute();
    long at = 0;
    long minuteEnds = 0;
    double[] popularity = {};
    double rate = 0;
    // A minute of the trace lasts as long as its work takes at the load.
    long minuteNanos = Math.max(1_000_000_000L, (long) (usualWork / lanes));
    while (at < scenario.lengthNanos()) {
      if (at >= minuteEnds) {
        popularity = popularity(minute % minutes);
        double calls = popularity.length == 0 ? 0 : popularity[popularity.length - 1];
        double work = work(minute % minutes);
        minute++;
        minuteEnds += minuteNanos;
        if (calls == 0) {
          at = minuteEnds;
          continue;
        }
        rate = calls / work * lanes * Math.clamp(work / usualWork, 0.7, 1.3);
      }
      at += (long) (-Math.log(1 - random.nextDouble()) / rate);
      int f = draw(popularity);
      int ingress = draw(ingresses);
      long run = runNanos(f);
      requests.add(new SimRequest(requests.size(), at, ingress, functions.get(f), run));
    }
  }

  private long runNanos(int f) {
    return (long) (1e6 * runMillis(traced.get(f), random.nextDouble()));
  }

  private double runMillis(TracedFunction function, double share) {
    return Math.clamp(runScale * function.durationMillis(share), 0.2, MAX_RUN_MILLIS);
  }

  private double meanRunNanos(TracedFunction function) {
    double mean = 0;
    int steps = 200;
    for (int i = 0; i < steps; i++) {
      mean += 1e6 * runMillis(function, (i + 0.5) / steps) / steps;
    }
    return mean;
  }

  private double workPerMinute() {
    double work = 0;
    for (int f = 0; f < meanRuns.length; f++) {
      work += traced.get(f).invocations() * meanRuns[f];
    }
    return work / traced.getFirst().minutes();
  }

  /** Time on a lane that a minute's calls take. */
  private double work(int minute) {
    double work = 0;
    for (int f = 0; f < meanRuns.length; f++) {
      work += traced.get(f).invocations(minute) * meanRuns[f];
    }
    return work;
  }

  /** Sums up to each function's calls in a minute. */
  private double[] popularity(int minute) {
    var sums = new double[traced.size()];
    double sum = 0;
    for (int f = 0; f < sums.length; f++) {
      sum += traced.get(f).invocations(minute);
      sums[f] = sum;
    }
    return sums;
  }

  /** Sums up to each ingress's share of the demand, in an order drawn by lot. */
  private double[] ingresses(Scenario scenario) {
    int[] order = Shuffle.order(scenario.nodes(), random);
    var sums = new double[scenario.nodes()];
    double sum = 0;
    for (int i = 0; i < sums.length; i++) {
      sum += Math.pow(order[i] + 1, -scenario.ingressSkew());
      sums[i] = sum;
    }
    return sums;
  }

  private int draw(double[] sums) {
    double x = random.nextDouble() * sums[sums.length - 1];
    int low = 0;
    int high = sums.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sums[middle] > x) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  List<SimFunction> functions() {
    return functions;
  }

  /** By time. */
  List<SimRequest> requests() {
    return requests;
  }
}
