package dev.brink.placement;

import org.jspecify.annotations.Nullable;

/**
 * What a request is expected to cost on a usual node. Not thread-safe; set anew for each choice.
 */
final class Work {
  /** Where the function fails lately; null while it fails nowhere. */
  @Nullable Failures failures;

  /** The function's bit in the warm sets. */
  int index;

  /** The part of a run that holds a lane. */
  long laneNanos;

  /** The rest of it. */
  long waitsNanos;

  /** The typical time on a lane, which is what sharing the processors is reckoned by. */
  long heldNanos;

  long coldNanos;

  /** Of request and response; few enough to fit one round trip count as none. */
  long bytes;

  private static final int ONE_TRIP_BYTES = 1 << 14;

  Work set(
      FunctionStats stats, PlacementRequest request, PlacementSettings settings, long nowNanos) {
    failures = stats.failures(nowNanos);
    Costs costs = stats.costs(request.bodyBytes());
    index = stats.index;
    long run = costs.run.nanosOr(settings.runPriorNanos());
    laneNanos = Math.min(costs.lane.nanosOr(run), run);
    waitsNanos = run - laneNanos;
    heldNanos = Math.min(costs.heldNanos(run), run);
    coldNanos = stats.coldNanos(costs, settings.coldPriorNanos());
    long expected = costs.bytes.nanosOr(0);
    long all = Math.max(expected, request.bodyBytes());
    bytes = all <= ONE_TRIP_BYTES ? 0 : all;
    return this;
  }
}
