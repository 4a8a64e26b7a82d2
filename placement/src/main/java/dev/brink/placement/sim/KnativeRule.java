package dev.brink.placement.sim;

import dev.brink.placement.LoadReport;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * As Knative's activator: among the nodes that have the function ready, the better of two drawn by
 * lot by requests in flight, as long as one is below its capacity; else the least loaded node of
 * all, which then starts it.
 */
final class KnativeRule implements Rule {
  private final SplittableRandom random;
  private final int lanes;
  private final int[] inFlight;
  private final Set<String>[] warm;

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of sets, made here
  KnativeRule(Simulation simulation, SplittableRandom random) {
    this.random = random;
    this.lanes = simulation.scenario().lanes();
    int nodes = simulation.scenario().nodes();
    inFlight = new int[nodes];
    warm = new Set[nodes];
    Arrays.fill(warm, Set.of());
  }

  @Override
  public int choose(SimRequest request, long nowNanos) {
    String function = request.function().id();
    int[] ready = new int[warm.length];
    int count = 0;
    for (int n = 0; n < warm.length; n++) {
      if (warm[n].contains(function) && inFlight[n] < 2 * lanes) {
        ready[count++] = n;
      }
    }
    if (count > 0) {
      int a = ready[random.nextInt(count)];
      int b = ready[random.nextInt(count)];
      return inFlight[a] <= inFlight[b] ? a : b;
    }
    int least = random.nextInt(warm.length);
    for (int n = 0; n < warm.length; n++) {
      if (inFlight[n] < inFlight[least]) {
        least = n;
      }
    }
    return least;
  }

  @Override
  public void sent(Job job, long nowNanos) {
    inFlight[job.node]++;
  }

  @Override
  public void reported(int node, LoadReport report, long nowNanos) {
    inFlight[node] = report.busy() + report.queued();
    if (report.warmGiven()) {
      warm[node] = report.warm();
    }
  }
}
