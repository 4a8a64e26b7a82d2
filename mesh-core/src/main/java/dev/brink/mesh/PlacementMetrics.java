package dev.brink.mesh;

import dev.brink.mesh.metrics.NodeMetrics;
import dev.brink.mesh.peer.Peers;
import dev.brink.placement.Placement;

/** What placement tells the outside: the control group, what it says was saved, and warming. */
record PlacementMetrics(Placement placement, Warming warming, Peers peers) {
  private static final double NANOS_PER_SECOND = 1e9;

  void register(NodeMetrics metrics) {
    metrics.counter(
        "brink.placement.control",
        "Calls of the control group",
        () -> placement.gained().control());
    metrics.counter(
        "brink.placement.placed",
        "Calls placed by the rule that the control group is compared with",
        () -> placement.gained().placed());
    metrics.gauge(
        "brink.placement.saved.seconds",
        "What placing has saved against always local, by the control group's latency",
        () -> placement.gained().savedNanos() / NANOS_PER_SECOND);
    metrics.gauge(
        "brink.placement.saved.error.seconds",
        "The standard error of what placing has saved: within twice as much of 0 that says nothing",
        () -> placement.gained().errorNanos() / NANOS_PER_SECOND);
    metrics.counter(
        "brink.placement.warm.asked", "Wishes for a warm instance", warming::askedTotal);
    metrics.counter(
        "brink.placement.warm.made", "Instances made in the background", warming::warmedTotal);
    metrics.counter(
        "brink.placement.warm.declined",
        "Wishes for a warm instance declined: busy, or no budget, memory or idle lane",
        warming::declinedTotal);
    metrics.gauge(
        "brink.coordinate.error",
        "How wrong this node's network coordinate is, as a share of a round trip",
        peers::coordinateError);
    metrics.gauge(
        "brink.peers.unmeasured",
        "Peers to which no round trip was ever measured",
        () ->
            placement.nodes(System.nanoTime()).stream()
                .filter(status -> status.rttAgeNanos() < 0)
                .count());
  }
}
