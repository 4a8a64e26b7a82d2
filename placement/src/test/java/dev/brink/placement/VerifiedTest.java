package dev.brink.placement;

import static dev.brink.placement.TestMesh.REQUEST;
import static dev.brink.placement.TestMesh.ms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.brink.placement.Candidate.Exclusion;
import dev.brink.placement.coordinate.Coordinate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Nodes whose round trip is not measured yet, in a mesh too large to measure every pair. */
class VerifiedTest {
  private static final PlacementSettings LARGE =
      PlacementSettings.builder().controlShare(0).verifyAbove(2).build();

  private final TestMesh mesh = new TestMesh(0, LARGE, "a", "b", "c");

  private static Coordinate at(double millis, double error) {
    return Coordinate.of(new double[] {millis / 1e3, 0, 0, 0, 0, 0, 0, 0}, 0, error);
  }

  private List<String> wanted() {
    return mesh.placement.nodes(mesh.now).stream()
        .filter(NodeStatus::wanted)
        .map(status -> status.info().id())
        .toList();
  }

  private NodeStatus status(String node) {
    return mesh.placement.nodes(mesh.now).stream()
        .filter(status -> status.info().id().equals(node))
        .findAny()
        .orElseThrow();
  }

  private Candidate candidate(String node) {
    return mesh.placement.explain(REQUEST, mesh.now).candidates().stream()
        .filter(candidate -> candidate.node().equals(node))
        .findAny()
        .orElseThrow();
  }

  @Test
  void aNodeIsUsedOnceItWasMeasuredThreeTimes() {
    mesh.warm("a", "b", "c").busy("a", 500);
    mesh.placement.coordinate("a", at(0, 0.1));
    mesh.placement.coordinate("b", at(5, 0.1));
    for (int i = 0; i < 3; i++) {
      assertThat(mesh.node()).isEqualTo("a");
      assertThat(wanted()).as("the nearer one by its coordinate").containsExactly("b");
      assertThat(candidate("b").exclusion()).contains(Exclusion.UNVERIFIED);
      mesh.rtt("b", 6);
    }
    assertThat(mesh.node()).isEqualTo("b");
    assertThat(wanted()).isEmpty();
    assertThat(candidate("b").exclusion()).isEmpty();
    assertThat(candidate("c").exclusion()).contains(Exclusion.UNVERIFIED);
  }

  @Test
  void whatIsNotMeasuredIsEstimatedByCoordinatesAndSaidToBe() {
    assertThat(status("b").rttNanos()).as("a guess").isEqualTo(ms(50));
    mesh.placement.coordinate("b", at(30, 0.1));
    assertThat(status("b").rttNanos()).as("where this node is is not known").isEqualTo(ms(50));
    mesh.placement.coordinate("a", at(10, 1.2));
    assertThat(status("b").rttNanos()).as("nor is it known well").isEqualTo(ms(50));
    mesh.placement.coordinate("a", at(10, 0.2));
    assertThat(status("b").rttNanos()).isCloseTo(ms(20), within(1_000L));
    assertThat(status("b").rttAgeNanos()).isEqualTo(-1);
    assertThat(candidate("b").netEstimated()).isTrue();
    assertThat(candidate("a").netEstimated()).isFalse();

    mesh.rtt("b", 24);
    mesh.placement.coordinate("b", at(90, 0.2));
    assertThat(status("b").rttNanos()).isCloseTo(ms(24), within(1_000L));
    assertThat(candidate("b").netEstimated()).isFalse();

    mesh.placement.nodeDown("b", mesh.now);
    mesh.placement.nodeUp(NodeInfo.of("b"));
    mesh.placement.coordinate("a", at(0, 0.2));
    assertThat(status("b").rttNanos()).as("of the one before").isEqualTo(ms(50));
  }

  @Test
  void aCoordinateThatMakesNoSenseIsIgnored() {
    mesh.placement.coordinate("a", at(0, 0.1));
    mesh.placement.coordinate("b", at(30, 0.1));
    mesh.placement.coordinate("b", at(Double.NaN, 0.1));
    mesh.placement.coordinate("b", at(1e9, 0.1));
    mesh.placement.coordinate("b", at(1, Double.NaN));
    mesh.placement.coordinate("nobody", at(1, 0.1));
    assertThat(status("b").rttNanos()).isCloseTo(ms(30), within(1_000L));
  }

  @Test
  void distancesBetweenOthersComeFromCoordinatesToo() {
    mesh.warm("a", "b", "c").busy("a", 900);
    for (int i = 0; i < 3; i++) {
      mesh.rtt("b", 10).rtt("c", 10);
    }
    mesh.placement.coordinate("b", at(0, 0.1));
    mesh.placement.coordinate("c", at(7, 0.1));
    mesh.placement.dataAt("k", Set.of("c"));
    mesh.placement.dataRead(TestMesh.F, Map.of("k", 1));
    assertThat(candidate("b").dataNanos()).isCloseTo(ms(7), within(1_000L));
    assertThat(candidate("c").dataNanos()).isZero();
  }

  @Test
  void whereNoOtherCanTakeItAnUnmeasuredNodeDoes() {
    mesh.warm("b", "c");
    mesh.placement.draining("a", true);
    mesh.placement.coordinate("a", at(0, 0.1));
    mesh.placement.coordinate("c", at(5, 0.1));
    assertThat(mesh.node()).isEqualTo("c");
    assertThat(wanted()).containsExactly("c");

    var only = PlacementRequest.of(TestMesh.F).excluding("a").excluding("c");
    assertThat(mesh.placement.choose(only, mesh.now).node()).isEqualTo("b");
    assertThat(mesh.placement.explain(only, mesh.now).candidates().getFirst())
        .satisfies(best -> assertThat(best.node()).isEqualTo("b"))
        .satisfies(best -> assertThat(best.exclusion()).isEmpty());
  }

  @Test
  void aSessionsNodeIsMeasuredAndANodeAskedForByItsIdIsUsed() {
    mesh.warm("a", "b", "c");
    mesh.placement.coordinate("a", at(0, 0.1));
    mesh.placement.coordinate("b", at(1, 0.1));
    mesh.placement.coordinate("c", at(1, 0.1));
    var session = PlacementRequest.of(TestMesh.F);
    int i = 0;
    while (wanted().isEmpty()) {
      mesh.placement.choose(session.affinity("session" + i++), mesh.now);
    }
    assertThat(mesh.placement.choose(session.affinity("c"), mesh.now).node()).isEqualTo("c");
    mesh.pass(6_000);
    assertThat(wanted()).as("of late").isEmpty();
  }

  @Test
  void upToTheLimitNodesAreUsedAsTheyCome() {
    var small = new TestMesh(0, LARGE, "a", "b").warm("a", "b").busy("a", 500);
    assertThat(small.node()).isEqualTo("b");
    assertThatThrownBy(() -> PlacementSettings.builder().verifyAbove(-1))
        .hasMessage("nodes: -1 (expected: 0 or more)");
  }
}
