package dev.brink.placement.warmth;

import static java.util.Objects.requireNonNull;

/**
 * How a function is doing on a node.
 *
 * @param id which
 * @param calls begun so far, all in all
 * @param inFlight calls under way, waiting ones too
 * @param queued calls that wait for a lane
 * @param execNanos mean time for which a call keeps a lane busy
 * @param coldNanos time to make an instance
 * @param instanceBytes what one holds
 * @param warmLanes lanes that have one ready
 * @param payingLanes of these, the ones whose calls would soon have an instance made anew
 */
public record FunctionSample(
    String id,
    long calls,
    int inFlight,
    int queued,
    long execNanos,
    long coldNanos,
    long instanceBytes,
    int warmLanes,
    int payingLanes) {
  public FunctionSample {
    requireNonNull(id, "id");
  }

  double heldBytes() {
    return (double) warmLanes * instanceBytes;
  }
}
