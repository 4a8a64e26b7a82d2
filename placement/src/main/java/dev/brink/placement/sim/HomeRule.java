package dev.brink.placement.sim;

import dev.brink.placement.LoadReport;

/**
 * As OpenWhisk: a function has a home node by the hash of its name; when that is full the next one
 * in a sequence is taken, by a step that also comes from the hash.
 */
final class HomeRule implements Rule {
  private final int nodes;
  private final int lanes;
  private final int[] inFlight;

  HomeRule(Simulation simulation) {
    nodes = simulation.scenario().nodes();
    lanes = simulation.scenario().lanes();
    inFlight = new int[nodes];
  }

  @Override
  public int choose(SimRequest request, long nowNanos) {
    int hash = request.function().id().hashCode() * 0x9E3779B9;
    int home = Math.floorMod(hash, nodes);
    int step = coprime(1 + Math.floorMod(hash >>> 16, nodes));
    int node = home;
    for (int i = 0; i < nodes; i++) {
      if (inFlight[node] < lanes) {
        return node;
      }
      node = (node + step) % nodes;
    }
    return home;
  }

  private int coprime(int from) {
    for (int step = from; ; step++) {
      if (gcd(step, nodes) == 1) {
        return step;
      }
    }
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  @Override
  public void sent(Job job, long nowNanos) {
    inFlight[job.node]++;
  }

  @Override
  public void reported(int node, LoadReport report, long nowNanos) {
    inFlight[node] = report.busy() + report.queued();
  }
}
