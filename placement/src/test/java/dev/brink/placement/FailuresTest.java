package dev.brink.placement;

import static dev.brink.placement.TestMesh.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A function that fails: on one node, or wherever it runs. */
class FailuresTest {
  private final TestMesh mesh = new TestMesh(0, "a", "b", "c").rtt("b", 5).rtt("c", 8);

  FailuresTest() {
    mesh.warm("a", "b", "c");
  }

  /** So many requests, one each 10 ms, of which those fail that ran where they do. */
  private int requests(int count, String... failing) {
    int failed = 0;
    for (int i = 0; i < count; i++) {
      mesh.pass(10).warm("a", "b", "c");
      String node = mesh.node();
      mesh.sent(node);
      if (String.join("", failing).contains(node)) {
        mesh.placement.functionFailed(node, REQUEST, mesh.now);
        failed++;
      } else {
        mesh.ran(node, 2);
      }
    }
    return failed;
  }

  @Test
  void aNodeWhereAFunctionFailsFastAttractsNothing() {
    assertThat(mesh.node()).isEqualTo("a");
    assertThat(requests(500, "a")).as("of 5 seconds' 500").isBetween(1, 5);
    assertThat(mesh.node()).isEqualTo("b");
    assertThat(mesh.candidate("a").penaltyNanos()).isPositive();
    assertThat(mesh.candidate("a").scoreNanos()).isGreaterThan(mesh.candidate("b").scoreNanos());
    assertThat(requests(6_000, "a")).as("of a minute's 6,000").isLessThan(20);

    assertThat(requests(2_000)).isZero();
    assertThat(mesh.node()).as("it is well again").isEqualTo("a");
  }

  @Test
  void aFunctionThatFailsEverywhereMovesNowhere() {
    for (int i = 0; i < 10; i++) {
      for (String node : new String[] {"a", "b", "c"}) {
        mesh.placement.functionFailed(node, REQUEST, mesh.now);
      }
      assertThat(mesh.node()).isEqualTo("a");
    }
    assertThat(mesh.candidate("a").penaltyNanos()).isZero();
  }

  @Test
  void oneLookElsewhereIsEnoughToTell() {
    int elsewhere = 0;
    for (int i = 0; i < 1_000; i++) {
      mesh.pass(10).warm("a", "b", "c");
      String node = mesh.node();
      elsewhere += node.equals("a") ? 0 : 1;
      mesh.placement.functionFailed(node, REQUEST, mesh.now);
    }
    assertThat(elsewhere).isBetween(1, 3);
    assertThat(mesh.placement.nodes(mesh.now)).noneMatch(NodeStatus::ejected);
  }

  @Test
  void whatFailsForSomeCallersOnlyStays() {
    for (int i = 0; i < 300; i++) {
      mesh.pass(10).warm("a", "b", "c");
      assertThat(mesh.node()).isEqualTo("a");
      if (i % 3 == 2) {
        mesh.placement.functionFailed("a", REQUEST, mesh.now);
      } else {
        mesh.ran("a", 2);
      }
    }
  }

  @Test
  void otherFunctionsRunThereAsBefore() {
    var other = PlacementRequest.of("g@1");
    mesh.placement.choose(other, mesh.now);
    requests(100, "a");
    assertThat(mesh.node()).isEqualTo("b");
    assertThat(mesh.placement.choose(other, mesh.now).node()).isEqualTo("a");
    assertThat(mesh.placement.nodes(mesh.now).getFirst().penaltyNanos()).isZero();
  }

  @Test
  void aNodeThatHasNotLoadedAFunctionIsLeftAloneForAWhile() {
    mesh.placement.notLoaded("a", REQUEST, mesh.now);
    assertThat(mesh.node()).isEqualTo("b");
    assertThat(mesh.candidate("a").exclusion()).contains(Candidate.Exclusion.NOT_LOADED);
    var other = PlacementRequest.of("g@1");
    assertThat(mesh.placement.choose(other, mesh.now).node()).isEqualTo("a");
    assertThat(mesh.pass(1_001).cold("a", "b", "c").node()).isEqualTo("a");

    mesh.placement.notLoaded("a", REQUEST, mesh.now);
    assertThat(mesh.pass(1_500).cold("a", "b", "c").node()).as("longer now").isEqualTo("b");
    assertThat(mesh.pass(501).cold("a", "b", "c").node()).isEqualTo("a");
    mesh.ran("a", 2);
    mesh.placement.notLoaded("a", REQUEST, mesh.now);
    assertThat(mesh.pass(1_001).cold("a", "b", "c").node()).isEqualTo("a");
    assertThat(mesh.placement.nodes(mesh.now)).noneMatch(NodeStatus::ejected);
  }

  @Test
  void aNodeThatReportsAFunctionAsWarmHasLoadedIt() {
    for (int i = 0; i < 5; i++) {
      mesh.cold("a").placement.notLoaded("a", REQUEST, mesh.now);
      mesh.pass(i < 4 ? 16_000 : 1);
    }
    assertThat(mesh.cold("a").warm("b", "c").candidate("a").exclusion())
        .contains(Candidate.Exclusion.NOT_LOADED);
    assertThat(mesh.pass(200).warm("a", "b", "c").candidate("a").exclusion()).isEmpty();
    assertThat(mesh.node()).isEqualTo("a");

    mesh.placement.notLoaded("a", REQUEST, mesh.now);
    assertThat(mesh.node()).as("what it reported before is old").isEqualTo("b");
  }

  @Test
  void aFunctionWhoseOwnerHasAllItMayOnANodeRunsElsewhereForAMoment() {
    assertThat(mesh.node()).isEqualTo("a");
    mesh.placement.full("a", REQUEST, mesh.now);
    assertThat(mesh.node()).isEqualTo("b");
    mesh.placement.full("b", REQUEST, mesh.now);
    mesh.placement.full("c", REQUEST, mesh.now);
    assertThat(mesh.node()).as("where all are full the nearest").isEqualTo("a");
    mesh.pass(300).warm("a", "b", "c");
    mesh.placement.full("b", REQUEST, mesh.now);
    assertThat(mesh.node()).isEqualTo("a");
    assertThat(mesh.candidate("a").penaltyNanos()).isZero();
  }

  @Test
  void aFunctionWhoseBackendDiesIsNotWalkedOverTheMesh() {
    String[] nodes = {"a", "b", "c", "d", "e", "f", "g", "h"};
    var wide = new TestMesh(0, nodes);
    for (int i = 1; i < nodes.length; i++) {
      wide.rtt(nodes[i], 5 + i);
    }
    wide.placement.functionFailed("b", REQUEST, wide.now);
    for (int i = 0; i < 3_000; i++) {
      wide.pass(10).warm(nodes).sent("a").ran("a", 2);
    }
    Map<String, Integer> failed = new TreeMap<>();
    for (int i = 0; i < 1_000; i++) {
      String node = wide.pass(10).warm(nodes).node();
      wide.placement.functionFailed(node, REQUEST, wide.now);
      failed.merge(node, 1, Integer::sum);
    }
    assertThat(failed).hasSizeLessThanOrEqualTo(2);
    assertThat(failed.get("a")).isGreaterThan(950);
  }

  @Test
  void aFewBadRequestsMoveNothingFromANodeThatAnsweredThousands() {
    for (int i = 0; i < 3_000; i++) {
      mesh.pass(10).warm("a", "b", "c").sent("a").ran("a", 2);
    }
    for (int i = 0; i < 4; i++) {
      mesh.placement.functionFailed("a", REQUEST, mesh.now);
    }
    assertThat(mesh.candidate("a").penaltyNanos()).isZero();
    assertThat(mesh.node()).isEqualTo("a");
  }

  @Test
  void aNodeThatBeginsToFailAfterThousandsAttractsNothing() {
    for (int i = 0; i < 3_000; i++) {
      mesh.pass(10).warm("a", "b", "c").sent("a").ran("a", 2);
    }
    assertThat(requests(500, "a")).as("of 5 seconds' 500").isBetween(1, 10);
    assertThat(mesh.node()).isEqualTo("b");
  }

  @Test
  void theControlGroupIsNotDrawnWhereItFails() {
    var all = PlacementSettings.builder().controlShare(1).build();
    var drawn = new TestMesh(0, all, "a", "b").rtt("b", 1).warm("a", "b");
    assertThat(drawn.choose().reason()).isEqualTo(Reason.CONTROL);
    for (int i = 0; i < 3; i++) {
      drawn.placement.functionFailed("a", REQUEST, drawn.now);
    }
    assertThat(drawn.choose().reason()).isEqualTo(Reason.FASTEST);
    assertThat(drawn.node()).isEqualTo("b");
  }

  @Test
  void nobodyKnownIsNeitherHeldToAnything() {
    mesh.placement.functionFailed("unknown", REQUEST, mesh.now);
    mesh.placement.functionFailed("a", PlacementRequest.of("unknown"), mesh.now);
    assertThat(mesh.candidate("a").penaltyNanos()).isZero();
  }
}
