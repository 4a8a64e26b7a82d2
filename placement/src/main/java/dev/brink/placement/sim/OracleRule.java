package dev.brink.placement.sim;

/** Knows everything but what will be sent later, and takes the best for each request by itself. */
final class OracleRule implements Rule {
  private final Simulation simulation;

  OracleRule(Simulation simulation) {
    this.simulation = simulation;
  }

  @Override
  public int choose(SimRequest request, long nowNanos) {
    int best = request.ingress();
    long bestNanos = simulation.trulyNanos(request, best);
    for (int n = 0; n < simulation.scenario().nodes(); n++) {
      long nanos = simulation.trulyNanos(request, n, bestNanos);
      if (nanos < bestNanos) {
        best = n;
        bestNanos = nanos;
      }
    }
    return best;
  }
}
