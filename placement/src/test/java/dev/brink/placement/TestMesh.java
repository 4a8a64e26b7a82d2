package dev.brink.placement;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** One ingress, its view of a mesh, and a clock that stands still until told otherwise. */
final class TestMesh {
  static final String F = "f@1";
  static final PlacementRequest REQUEST = PlacementRequest.of(F);

  final Placement placement;
  final String local;
  long now;
  private final Map<String, Long> sequences = new HashMap<>();

  /** The first node is local; there is no control group. */
  TestMesh(long startNanos, String... nodes) {
    this(startNanos, PlacementSettings.builder().controlShare(0).build(), nodes);
  }

  TestMesh(long startNanos, PlacementSettings settings, String... nodes) {
    local = nodes[0];
    now = startNanos;
    placement = Placement.create(NodeInfo.builder(local).lanes(2).build(), settings);
    for (int i = 1; i < nodes.length; i++) {
      placement.nodeUp(NodeInfo.builder(nodes[i]).lanes(2).build());
    }
    placement.choose(REQUEST, now); // what was never asked for is not learned
  }

  static long ms(double millis) {
    return Math.round(millis * 1e6);
  }

  TestMesh pass(double millis) {
    now += ms(millis);
    return this;
  }

  TestMesh rtt(String node, double millis) {
    placement.rtt(node, ms(millis), now);
    return this;
  }

  LoadReport.Builder report(String node) {
    return LoadReport.builder(node, sequences.merge(node, 1L, Long::sum)).lanes(2);
  }

  TestMesh tell(LoadReport.Builder report) {
    placement.report(report.build(), now);
    return this;
  }

  /** An idle node with the function warm. */
  TestMesh warm(String... nodes) {
    for (String node : nodes) {
      tell(report(node).warm(Set.of(F)));
    }
    return this;
  }

  /** An idle node without the function. */
  TestMesh cold(String... nodes) {
    for (String node : nodes) {
      tell(report(node).warm(Set.of()));
    }
    return this;
  }

  /** A node whose lanes are taken for a while, with the function warm. */
  TestMesh busy(String node, double waitMillis) {
    return tell(report(node).busy(2).queued(1).waitNanos(ms(waitMillis)).warm(Set.of(F)));
  }

  Choice choose() {
    return placement.choose(REQUEST, now);
  }

  String node() {
    return choose().node();
  }

  TestMesh sent(String node) {
    placement.sent(node, REQUEST, now);
    return this;
  }

  TestMesh ran(String node, double runMillis) {
    placement.completed(node, REQUEST, new Observed(-1, 0, 0, ms(runMillis), false), now);
    return this;
  }

  /** It ran for so long on a lane and waited for so long for others. */
  TestMesh waited(String node, double laneMillis, double waitMillis) {
    var observed = new Observed(-1, 0, 0, ms(laneMillis + waitMillis), ms(laneMillis), false);
    placement.completed(node, REQUEST, observed, now);
    return this;
  }

  TestMesh failed(String node) {
    placement.failed(node, now, 0);
    return this;
  }

  Candidate candidate(String node) {
    return placement.explain(REQUEST, now).candidates().stream()
        .filter(c -> c.node().equals(node))
        .findFirst()
        .orElseThrow();
  }
}
