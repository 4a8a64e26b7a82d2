package dev.brink.placement.sim;

import dev.brink.placement.LoadReport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Wydrowski, Kleinberg, Rumble, Archer, "Load is not what you should balance: introducing Prequal",
 * NSDI 2024: three probes per request to nodes drawn by lot, a pool of 16 answers, and the hot-cold
 * lexicographic rule: the lowest latency among those whose requests in flight are below the 0.84
 * quantile, else the fewest in flight. As it was made for one data centre, the round trip is added
 * to the latency a node names; a probe's answer is what the node last reported.
 */
final class PrequalRule implements Rule {
  private static final int PROBES = 3;
  private static final int POOL = 16;
  private static final int REUSE = 2;
  private static final double HOT_FROM = 0.84;
  private static final long MAX_AGE_NANOS = 1_000_000_000L;
  private static final double WEIGHT = 0.1;

  private static final class Probe {
    final int node;
    final double latencyNanos;
    final long atNanos;
    int inFlight;
    int uses;

    Probe(int node, int inFlight, double latencyNanos, long atNanos) {
      this.node = node;
      this.inFlight = inFlight;
      this.latencyNanos = latencyNanos;
      this.atNanos = atNanos;
    }
  }

  private final SplittableRandom random;
  private final List<Probe> pool = new ArrayList<>();
  private final int[] inFlight;
  private final double[] latencyNanos;
  private final double[] rttNanos;

  PrequalRule(Simulation simulation, SplittableRandom random) {
    this.random = random;
    int nodes = simulation.scenario().nodes();
    inFlight = new int[nodes];
    latencyNanos = new double[nodes];
    rttNanos = new double[nodes];
  }

  @Override
  public int choose(SimRequest request, long nowNanos) {
    probe(nowNanos);
    pool.removeIf(p -> nowNanos - p.atNanos > MAX_AGE_NANOS || p.uses >= REUSE);
    int hotFrom = hotFrom();
    Probe chosen =
        pool.stream()
            .filter(p -> p.inFlight < hotFrom)
            .min(Comparator.comparingDouble(p -> p.latencyNanos))
            .or(() -> pool.stream().min(Comparator.comparingInt(p -> p.inFlight)))
            .orElse(null);
    if (chosen == null) {
      return random.nextInt(inFlight.length);
    }
    chosen.uses++;
    chosen.inFlight++;
    return chosen.node;
  }

  private void probe(long nowNanos) {
    for (int i = 0; i < PROBES; i++) {
      int n = random.nextInt(inFlight.length);
      pool.add(new Probe(n, inFlight[n], latencyNanos[n] + rttNanos[n], nowNanos));
    }
    while (pool.size() > POOL) {
      pool.removeFirst();
    }
  }

  private int hotFrom() {
    int[] sorted = inFlight.clone();
    Arrays.sort(sorted);
    return sorted[(int) (HOT_FROM * (sorted.length - 1))] + 1;
  }

  @Override
  public void answered(Job job, long nowNanos) {
    double atNode = job.endNanos - job.arriveNanos;
    double before = latencyNanos[job.node];
    latencyNanos[job.node] = before == 0 ? atNode : before + WEIGHT * (atNode - before);
  }

  @Override
  public void reported(int node, LoadReport report, long nowNanos) {
    inFlight[node] = report.busy() + report.queued();
  }

  @Override
  public void pinged(int node, long nanos, long nowNanos) {
    rttNanos[node] = nanos;
  }
}
