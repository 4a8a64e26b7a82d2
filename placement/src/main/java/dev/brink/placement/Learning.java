package dev.brink.placement;

/** What answers teach about nodes and functions. */
final class Learning {
  private static final int ONE_TRIP_BYTES = 1 << 14;

  private Learning() {}

  static void network(NodeState state, Observed observed, long nowNanos) {
    if (!Placement.sane(observed.netNanos())) {
      return;
    }
    if (observed.bytes() <= ONE_TRIP_BYTES) {
      state.rtt(observed.netNanos(), nowNanos);
    } else {
      state.transferred(observed.bytes(), observed.netNanos());
    }
  }

  static void function(
      NodeState state,
      FunctionStats stats,
      PlacementRequest request,
      Observed observed,
      long nowNanos) {
    double slow = state.shownSlow(nowNanos);
    long size = request.bodyBytes();
    boolean further = state.load().warmth().has(stats.index);
    if (observed.wasCold() && !further && Placement.sane(observed.coldNanos())) {
      long cold = (long) (observed.coldNanos() / slow);
      stats.started(size, cold);
    }
    if (!Placement.sane(observed.runNanos())) {
      return;
    }
    Costs usual = stats.costs(size);
    long held = observed.heldNanos();
    if (usual.judges(usual.spread)) {
      state.ran(held, usual.typicalLaneNanos(), usual.spread(), nowNanos);
    }
    long lane = (long) (held / slow);
    // What it waits for others is as long on a slow node.
    long run = observed.runNanos() - held + lane;
    stats.learn(size, costs -> costs.ran(run, lane));
    if (observed.bytes() >= 0) {
      long bytes = Math.min(observed.bytes(), FunctionStats.MAX_BYTES);
      stats.learn(size, costs -> costs.bytes.add(bytes));
    }
  }
}
