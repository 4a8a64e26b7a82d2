package dev.brink.mesh.peer;

import dev.brink.placement.NodeStatus;
import dev.brink.placement.Placement;
import dev.brink.placement.coordinate.Coordinate;
import dev.brink.placement.coordinate.ProbePlan;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Whose round trip is measured in a mesh too large to measure each every second: so many peers a
 * second, by turns any and the nearest one not measured yet, of these first the ones that a request
 * would have gone to. Not thread-safe.
 */
final class Probes {
  private static final int RUNS_A_SECOND = 10;

  private final Placement placement;
  private final Places places;
  private final int aSecond;
  private final ProbePlan plan;
  private final Set<String> asked = new HashSet<>();
  private int run;
  private int owed;

  /**
   * Of one node.
   *
   * @param aSecond how many probes
   */
  Probes(String node, Placement placement, Places places, int aSecond) {
    this.placement = placement;
    this.places = places;
    this.aSecond = aSecond;
    this.plan = new ProbePlan(node);
  }

  /** To be called ten times a second; says whom to probe, nobody twice. */
  void run(Consumer<String> probe, long nowNanos) {
    if (run++ % RUNS_A_SECOND == 0) {
      asked.clear();
    }
    owed += aSecond;
    int now = owed / RUNS_A_SECOND;
    owed %= RUNS_A_SECOND;
    if (now == 0 || places.allMeasured()) {
      return;
    }
    Map<String, Coordinate> peers = new HashMap<>();
    Set<String> measured = new HashSet<>();
    Set<String> wanted = new HashSet<>();
    for (NodeStatus status : placement.nodes(nowNanos)) {
      String peer = status.info().id();
      if (!status.local()) {
        peers.put(peer, places.of(peer));
        // One that was asked a moment ago may not have answered yet: another one's turn.
        if (status.rttAgeNanos() >= 0 || asked.contains(peer)) {
          measured.add(peer);
        }
        if (status.wanted()) {
          wanted.add(peer);
        }
      }
    }
    Coordinate own = places.own();
    for (int i = 0; i < now; i++) {
      plan.next(own, peers, measured, wanted)
          .ifPresent(
              peer -> {
                peers.remove(peer);
                asked.add(peer);
                probe.accept(peer);
              });
    }
  }
}
