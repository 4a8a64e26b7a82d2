package dev.brink.mesh;

import static dev.brink.placement.Candidate.Exclusion.NOT_SHORTLISTED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.mesh.route.RouteTable;
import dev.brink.placement.LoadReport;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PlacementTurnsTest {
  private static Binding.Version version(String id) {
    return new Binding.Version(
        new Target.Function("t", id, id),
        1,
        PlacementRequest.of(id),
        new Affinity.None(),
        null,
        Map.of(),
        false,
        null,
        List.of(),
        new Target.Origin("t", "behind"));
  }

  @Test
  void placementForgetsTheVersionsThatAreNotDeployedAnyMore() {
    Placement placement = Placement.create(NodeInfo.of("a"));
    for (String id : List.of("gone", "loaded", "bound")) {
      placement.choose(PlacementRequest.of(id), 0);
    }
    var snapshot =
        new Snapshot(
            RouteTable.<Binding>builder().build(),
            Map.of("t/bound", new Binding.Function("t", "bound", List.of(version("bound")), 1)),
            Map.of("loaded", version("loaded")),
            Map.of());

    PlacementTurns.forgetWhatIsGone(placement, () -> snapshot);
    assertThat(placement.functions()).containsExactlyInAnyOrder("loaded", "bound");
  }

  @Test
  void whichNodesAreLookedAtIsWorkedOutBesideRequests() throws InterruptedException {
    Placement placement = Placement.create(NodeInfo.of("n0"));
    for (int n = 0; n < 100; n++) {
      placement.nodeUp(NodeInfo.of("n" + n));
      placement.rtt("n" + n, n * 1_000_000L, System.nanoTime());
      placement.report(LoadReport.builder("n" + n, 1).waitNanos(1).build(), System.nanoTime());
    }
    PlacementRequest request = PlacementRequest.of("f");
    assertThat(looksAt(placement, request, "n90")).isFalse();
    placement.report(LoadReport.builder("n90", 2).warm(Set.of("f")).build(), System.nanoTime());
    assertThat(looksAt(placement, request, "n90")).as("the plan is kept").isFalse();
    try (var turns = new PlacementTurns()) {
      turns.planAhead(placement);
      TestMesh.until(() -> looksAt(placement, request, "n90"));
    }
  }

  /** Else a guest that uses up the heap for a moment would end them for good. */
  @Test
  void aTurnThatMeetsAnErrorIsFollowedByOthers() throws InterruptedException {
    var met = new AtomicInteger();
    try (var turns = new PlacementTurns()) {
      turns.eachTurn(
          () -> {
            met.incrementAndGet();
            throw new OutOfMemoryError("of a test");
          });
      TestMesh.until(() -> met.get() > 2);
    }
  }

  private static boolean looksAt(Placement placement, PlacementRequest request, String node) {
    return placement.explain(request, System.nanoTime()).candidates().stream()
        .filter(candidate -> candidate.node().equals(node))
        .noneMatch(candidate -> candidate.exclusion().equals(Optional.of(NOT_SHORTLISTED)));
  }
}
