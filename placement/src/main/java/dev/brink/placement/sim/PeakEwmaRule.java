package dev.brink.placement.sim;

import java.util.SplittableRandom;

/**
 * The least of (latency, exponentially weighted over 10 s and jumping to peaks) times (requests
 * pending + 1), as Finagle and Linkerd have it: of two nodes drawn by lot, or of all.
 */
final class PeakEwmaRule implements Rule {
  private static final double DECAY_NANOS = 10e9;
  private static final double PENALTY = 1e15;

  private final int[] pending;
  private final double[] costNanos;
  private final long[] stampNanos;
  private final SplittableRandom random;
  private final boolean all;

  PeakEwmaRule(int nodes, SplittableRandom random, boolean all) {
    this.pending = new int[nodes];
    this.costNanos = new double[nodes];
    this.stampNanos = new long[nodes];
    this.random = random;
    this.all = all;
  }

  @Override
  public int choose(SimRequest request, long nowNanos) {
    if (!all) {
      int a = random.nextInt(pending.length);
      int b = random.nextInt(pending.length);
      return load(a, nowNanos) <= load(b, nowNanos) ? a : b;
    }
    int best = random.nextInt(pending.length);
    for (int n = 0; n < pending.length; n++) {
      if (load(n, nowNanos) < load(best, nowNanos)) {
        best = n;
      }
    }
    return best;
  }

  private double load(int node, long nowNanos) {
    observe(node, 0, nowNanos);
    double cost = costNanos[node];
    return cost == 0 && pending[node] != 0 ? PENALTY + pending[node] : cost * (pending[node] + 1);
  }

  private void observe(int node, double latencyNanos, long nowNanos) {
    if (latencyNanos > costNanos[node]) {
      costNanos[node] = latencyNanos;
    } else {
      double weight = Math.exp(-(nowNanos - stampNanos[node]) / DECAY_NANOS);
      costNanos[node] = costNanos[node] * weight + latencyNanos * (1 - weight);
    }
    stampNanos[node] = nowNanos;
  }

  @Override
  public void sent(Job job, long nowNanos) {
    pending[job.node]++;
  }

  @Override
  public void answered(Job job, long nowNanos) {
    pending[job.node]--;
    observe(job.node, (double) (nowNanos - job.sentNanos), nowNanos);
  }

  @Override
  public void failed(Job job, long nowNanos) {
    answered(job, nowNanos);
  }
}
