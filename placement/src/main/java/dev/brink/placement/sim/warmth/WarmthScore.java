package dev.brink.placement.sim.warmth;

/**
 * How a policy did.
 *
 * @param calls spans of use: minutes with calls, where the trace has only minutes
 * @param coldStarts those that found no instance
 * @param wastedGbHours memory held while nobody called, over time
 * @param costMbSeconds the same, and the cold starts at their price
 */
record WarmthScore(long calls, long coldStarts, double wastedGbHours, double costMbSeconds) {
  double coldShare() {
    return calls == 0 ? 0 : (double) coldStarts / calls;
  }

  WarmthScore plus(WarmthScore other) {
    return new WarmthScore(
        calls + other.calls,
        coldStarts + other.coldStarts,
        wastedGbHours + other.wastedGbHours,
        costMbSeconds + other.costMbSeconds);
  }

  static final WarmthScore NONE = new WarmthScore(0, 0, 0, 0);
}
