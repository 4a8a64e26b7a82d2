package dev.brink.placement.sim;

import dev.brink.placement.LoadReport;

/**
 * Suresh, Canini, Schmid, Feldmann, "C3: Cutting tail latency in cloud data stores via adaptive
 * replica selection", NSDI 2015: response time less service time, plus service time times the cube
 * of the queue expected. Without its rate control, which a node's own limits stand for.
 */
final class C3Rule implements Rule {
  private static final double WEIGHT = 0.1;

  private final int[] pending;
  private final double[] responseNanos;
  private final double[] serviceNanos;
  private final double[] queued;

  C3Rule(int nodes) {
    pending = new int[nodes];
    responseNanos = new double[nodes];
    serviceNanos = new double[nodes];
    queued = new double[nodes];
  }

  @Override
  public int choose(SimRequest request, long nowNanos) {
    int best = request.ingress();
    double bestScore = score(best);
    for (int n = 0; n < pending.length; n++) {
      double score = score(n);
      if (score < bestScore) {
        best = n;
        bestScore = score;
      }
    }
    return best;
  }

  private double score(int node) {
    double expected = 1 + (double) pending[node] * pending.length + queued[node];
    return responseNanos[node] - serviceNanos[node] + Math.pow(expected, 3) * serviceNanos[node];
  }

  @Override
  public void sent(Job job, long nowNanos) {
    pending[job.node]++;
  }

  @Override
  public void answered(Job job, long nowNanos) {
    pending[job.node]--;
    responseNanos[job.node] = mean(responseNanos[job.node], (double) (nowNanos - job.sentNanos));
    serviceNanos[job.node] = mean(serviceNanos[job.node], (double) job.coldNanos + job.runNanos);
  }

  @Override
  public void failed(Job job, long nowNanos) {
    pending[job.node]--;
    responseNanos[job.node] = mean(responseNanos[job.node], (double) (nowNanos - job.sentNanos));
  }

  @Override
  public void reported(int node, LoadReport report, long nowNanos) {
    queued[node] = mean(queued[node], report.queued() + report.busy());
  }

  private static double mean(double before, double sample) {
    return before == 0 ? sample : before + WEIGHT * (sample - before);
  }
}
