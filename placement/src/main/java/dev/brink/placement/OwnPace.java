package dev.brink.placement;

/**
 * How much longer than elsewhere work takes on the local node, by all that runs there: the node
 * sees more of its runs than any one ingress and tells them all. It is careful: others take its
 * word, so it says nothing below twice as long, and takes six runs that are far off. Thread-safe
 * and lock free.
 */
final class OwnPace {
  private static final double CAREFUL = 8;
  private static final double LEAST_TOLD = 2;

  private final SlowEstimate estimate = new SlowEstimate(CAREFUL);

  /** A request of this ingress has run here. */
  void ran(Costs usual, long laneNanos, long nowNanos) {
    if (usual.judges(usual.spread)) {
      estimate.add(laneNanos, usual.typicalLaneNanos(), usual.spread(), nowNanos);
    }
  }

  /** A request of another ingress has run here. */
  void served(Costs usual, long laneNanos, long nowNanos) {
    MeanEstimate spread = usual.judges(usual.spread) ? usual.spread : usual.servedSpread;
    if (usual.judges(spread)) {
      estimate.add(laneNanos, usual.typicalLaneNanos(), Costs.logs(spread), nowNanos);
    }
  }

  /** From 2 to 10, or 1 where it is as usual. */
  double value(long nowNanos) {
    double slow = estimate.value(nowNanos);
    return slow < LEAST_TOLD ? 1 : slow;
  }
}
