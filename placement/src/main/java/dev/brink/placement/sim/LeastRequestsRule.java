package dev.brink.placement.sim;

import java.util.SplittableRandom;

/**
 * Of two nodes drawn by lot the one with fewer of this ingress's requests (Mitzenmacher, "The power
 * of two choices in randomized load balancing", IEEE TPDS 12, 2001; Envoy's default).
 */
final class LeastRequestsRule implements Rule {
  private final int[] pending;
  private final SplittableRandom random;

  LeastRequestsRule(int nodes, SplittableRandom random) {
    this.pending = new int[nodes];
    this.random = random;
  }

  @Override
  public int choose(SimRequest request, long nowNanos) {
    int a = random.nextInt(pending.length);
    int b = random.nextInt(pending.length);
    return pending[a] <= pending[b] ? a : b;
  }

  @Override
  public void sent(Job job, long nowNanos) {
    pending[job.node]++;
  }

  @Override
  public void answered(Job job, long nowNanos) {
    pending[job.node]--;
  }

  @Override
  public void failed(Job job, long nowNanos) {
    pending[job.node]--;
  }
}
