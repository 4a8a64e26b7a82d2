package dev.brink.placement;

import static dev.brink.placement.TestMesh.F;
import static dev.brink.placement.TestMesh.REQUEST;
import static dev.brink.placement.TestMesh.ms;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.placement.Candidate.Exclusion;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class HintsTest {
  private final Placement placement =
      Placement.create(
          NodeInfo.builder("a").labels(Map.of("region", "eu")).build(),
          PlacementSettings.builder().controlShare(0).build());

  HintsTest() {
    up(NodeInfo.builder("b").name("bee").labels(Map.of("region", "us", "arch", "arm")), 20);
    up(NodeInfo.builder("c").labels(Map.of("region", "eu")).capabilities(Set.of("gpu")), 10);
    up(NodeInfo.builder("d").loadLimit(0.5), 5);
    report(LoadReport.builder("a", 1).waitNanos(ms(500)));
  }

  private void up(NodeInfo.Builder node, double rttMillis) {
    NodeInfo info = node.build();
    placement.nodeUp(info);
    placement.rtt(info.id(), ms(rttMillis), 0);
    report(LoadReport.builder(info.id(), 1));
  }

  private void report(LoadReport.Builder report) {
    placement.report(report.warm(Set.of(F)).build(), 0);
  }

  private String node(Hints hints) {
    return placement.choose(REQUEST.hints(hints), 0).node();
  }

  private Optional<Exclusion> exclusion(Hints hints, String node) {
    return placement.explain(REQUEST.hints(hints), 0).candidates().stream()
        .filter(c -> c.node().equals(node))
        .findFirst()
        .orElseThrow()
        .exclusion();
  }

  @Test
  void selectorsAreReadAndWritten() {
    var selector = NodeSelector.parse("region = us | eu, arch=arm");
    assertThat(selector).hasToString("arch=arm, region=eu|us");
    assertThat(NodeSelector.parse(selector.toString())).isEqualTo(selector);
    assertThat(selector.matches(NodeInfo.of("x"))).isFalse();
    assertThat(
            selector.matches(
                NodeInfo.builder("x").labels(Map.of("region", "us", "arch", "arm")).build()))
        .isTrue();
    assertThat(NodeSelector.of("node", "y").matches(NodeInfo.builder("x").name("y").build()))
        .isTrue();
    for (String bad : List.of("", "region", "=eu", "region=", "region=eu,", "a=b|")) {
      assertThatThrownBy(() -> NodeSelector.parse(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("(expected: label=value");
    }
  }

  @Test
  void whereItIsNearIsRead() {
    assertThat(Near.parse("caller")).isEqualTo(Near.CALLER);
    assertThat(Near.parse("data")).isEqualTo(new Near.Data());
    assertThat(Near.parse("origin")).isEqualTo(new Near.Origin());
    assertThat(Near.parse("zone=1"))
        .isEqualTo(new Near.Nodes(new NodeSelector(Map.of("zone", Set.of("1")))));
  }

  @Test
  void labelsPinsAndNeedsAreKept() {
    assertThat(node(Hints.none())).isEqualTo("d");
    var eu = Hints.builder().allowed(List.of(NodeSelector.of("region", "eu"))).build();
    assertThat(node(eu)).isEqualTo("c");
    assertThat(exclusion(eu, "d")).contains(Exclusion.NOT_ALLOWED);
    var notEu = Hints.builder().forbidden(List.of(NodeSelector.of("region", "eu"))).build();
    assertThat(node(notEu)).isEqualTo("d");
    assertThat(exclusion(notEu, "c")).contains(Exclusion.NOT_ALLOWED);
    var pinned = Hints.builder().pin(NodeSelector.of("node", "bee")).build();
    assertThat(node(pinned)).isEqualTo("b");
    assertThat(exclusion(pinned, "c")).contains(Exclusion.PINNED_ELSEWHERE);
    var gpu = Hints.builder().needs(Set.of("gpu")).build();
    assertThat(node(gpu)).isEqualTo("c");
    assertThat(exclusion(gpu, "a")).contains(Exclusion.NOT_CAPABLE);
  }

  @Test
  void explainSaysWhatTheChoiceLookedAt() {
    var nearEu = Hints.builder().near(Near.parse("region=us")).build();
    assertThat(exclusion(nearEu, "c")).contains(Exclusion.TOO_FAR);
    placement.draining("b", true);
    assertThat(node(nearEu)).as("none of the nearest can take it").isEqualTo("d");
    assertThat(exclusion(nearEu, "b")).contains(Exclusion.DRAINING);
    assertThat(exclusion(nearEu, "c")).isEmpty();
    assertThat(exclusion(nearEu, "d")).isEmpty();
  }

  @Test
  void whatNoNodeMayRunIsRefused() {
    var mars = Hints.builder().allowed(List.of(NodeSelector.of("region", "mars"))).build();
    Choice choice = placement.choose(REQUEST.hints(mars), 0);
    assertThat(choice.reason()).isEqualTo(Reason.NOT_ALLOWED);
    assertThat(choice.allowed()).isFalse();

    var us = Hints.builder().pin(NodeSelector.of("region", "us")).build();
    placement.draining("b", true);
    assertThat(placement.choose(REQUEST.hints(us), 0).allowed())
        .as("the only one is on its way out, and local may not")
        .isFalse();
    placement.nodeDown("b", 0);
    assertThat(placement.choose(REQUEST.hints(us), 0).allowed()).isFalse();
  }

  @Test
  void aNodeOverItsLimitTakesNothingFromOthers() {
    report(LoadReport.builder("d", 2).utilisation(0.6));
    assertThat(exclusion(Hints.none(), "d")).contains(Exclusion.OVER_LIMIT);
    assertThat(node(Hints.none())).isEqualTo("c");
    report(LoadReport.builder("d", 3).utilisation(Double.NaN));
    assertThat(node(Hints.none())).isEqualTo("d");
    assertThat(NodeInfo.builder("x").loadLimit(Double.NaN).build().loadLimit()).isEqualTo(1);
  }

  @Test
  void nearToDataNarrowsTheNodes() {
    placement.choose(REQUEST, 0);
    placement.dataAt("users", Set.of("b"));
    placement.dataRead(F, Map.of("users", 3, "api.example", 1));
    for (String node : List.of("a", "c", "d")) {
      placement.distance(node, "b", ms(40));
      placement.distance(node, "api.example", ms(node.equals("c") ? 1 : 60));
    }
    placement.distance("b", "api.example", ms(60));
    var data = Hints.builder().near(new Near.Data()).build();
    assertThat(node(data)).isEqualTo("b");
    assertThat(exclusion(data, "c")).contains(Exclusion.TOO_FAR);
    assertThat(node(Hints.builder().near(new Near.Origin()).build())).isEqualTo("c");
    assertThat(node(Hints.builder().near(Near.parse("region=us")).build())).isEqualTo("b");
    placement.draining("b", true);
    assertThat(node(data)).as("a wish: the others are there").isEqualTo("c");
  }

  @Test
  void theDataTermDecides() {
    placement.choose(REQUEST, 0);
    placement.dataAt("users", Set.of("b", "gone"));
    for (int i = 0; i < 50; i++) {
      placement.dataRead(F, Map.of("users", 2));
    }
    for (String node : List.of("a", "c", "d")) {
      placement.distance(node, "b", ms(30));
    }
    // b: 20 + 0; c: 10 + 60; d: 5 + 60
    assertThat(node(Hints.none())).isEqualTo("b");
    Candidate d =
        placement.explain(REQUEST, 0).candidates().stream()
            .filter(c -> c.node().equals("d"))
            .findFirst()
            .orElseThrow();
    assertThat(d.dataNanos()).isBetween(ms(59), ms(61));
    assertThat(d.scoreNanos()).isGreaterThan(d.dataNanos());
    placement.dataAt("users", Set.of("b", "d"));
    placement.turn(ms(300));
    assertThat(placement.choose(REQUEST, ms(300)).node()).as("a nearer copy").isEqualTo("d");
  }

  @Test
  void aLargeBodyStaysNearWhereTheLineIsThin() {
    placement.choose(REQUEST, 0);
    report(LoadReport.builder("a", 2).waitNanos(ms(100)));
    var large = REQUEST.bodyBytes(10_000_000);
    assertThat(placement.choose(REQUEST, 0).node()).isEqualTo("d");
    assertThat(placement.choose(large, 0).node()).as("0.8 s at 100 Mbit/s").isEqualTo("a");
    for (int i = 0; i < 20; i++) {
      placement.completed("c", large, new Observed(ms(20), 0, 0, ms(1), -1, false, 10_000_000), 0);
    }
    assertThat(placement.choose(large, 0).node()).as("10 MB in 10 ms").isEqualTo("c");
  }

  @Test
  void costsAreLearnedBySize() {
    placement.choose(REQUEST, 0);
    var large = REQUEST.bodyBytes(100_000);
    for (int i = 0; i < 50; i++) {
      placement.completed("c", REQUEST, new Observed(0, 0, 0, ms(2), false), 0);
      placement.completed("c", large, new Observed(0, 0, 0, ms(50), false), 0);
    }
    assertThat(run(placement, REQUEST)).isBetween(ms(1.5), ms(2.5));
    assertThat(run(placement, large)).isBetween(ms(40), ms(51));
    assertThat(run(placement, REQUEST.bodyBytes(10_000_000)))
        .as("never seen: of all sizes")
        .isBetween(ms(15), ms(40));
  }

  private static long run(Placement placement, PlacementRequest request) {
    return placement.explain(request, 0).candidates().stream()
        .filter(c -> c.node().equals("a"))
        .findFirst()
        .orElseThrow()
        .runNanos();
  }

  @Test
  void whatIsLearnedIsToldToTheOthers() {
    placement.choose(REQUEST, 0);
    var large = REQUEST.bodyBytes(100_000);
    for (int i = 0; i < 20; i++) {
      placement.completed("c", large, new Observed(0, 0, ms(90), ms(33), true), 0);
    }
    List<FunctionSample> samples = placement.takeSamples();
    assertThat(samples).hasSize(1);
    assertThat(placement.takeSamples()).isEmpty();

    var other = Placement.create(NodeInfo.of("a"));
    other.learn(samples.getFirst());
    other.choose(REQUEST, 0);
    other.learn(samples.getFirst());
    assertThat(run(other, large)).isBetween(ms(32), ms(34));
    other.learn(new FunctionSample(F, -7, 5, Long.MIN_VALUE, 0, 0, 5, Long.MAX_VALUE, -1));
    assertThat(run(other, large)).isBetween(ms(32), ms(34));
    assertThat(other.takeSamples()).as("what came from others is not passed on").isEmpty();
  }

  @Test
  void aSessionStaysWithItsNode() {
    report(LoadReport.builder("a", 2));
    var nodes = new HashMap<String, String>();
    for (int i = 0; i < 40; i++) {
      var request = REQUEST.affinity("session-" + i);
      Choice choice = placement.choose(request, 0);
      assertThat(choice.reason()).isEqualTo(Reason.AFFINITY);
      nodes.put("session-" + i, choice.node());
    }
    assertThat(new HashSet<>(nodes.values())).containsExactlyInAnyOrder("a", "b", "c", "d");
    placement.nodeDown("d", 0);
    nodes.forEach(
        (session, node) -> {
          String now = placement.choose(REQUEST.affinity(session), 0).node();
          if (!node.equals("d")) {
            assertThat(now).isEqualTo(node);
          }
        });
    assertThat(placement.choose(REQUEST.affinity("b"), 0).node()).isEqualTo("b");
    report(LoadReport.builder("b", 2).waitNanos(ms(900)));
    assertThat(placement.choose(REQUEST.affinity("b"), 0).node())
        .as("much worse than the best")
        .isEqualTo("a");
  }

  @Test
  void spreadRequestsTakeTurns() {
    report(LoadReport.builder("a", 2));
    placement.rtt("b", ms(800), 0);
    placement.rtt("b", ms(800), 0);
    var spread = Hints.builder().spread(true).build();
    var count = new HashMap<String, Integer>();
    for (int i = 0; i < 300; i++) {
      count.merge(node(spread), 1, Integer::sum);
    }
    assertThat(count).containsOnlyKeys("a", "c", "d");
    assertThat(count.values()).allMatch(times -> times > 70);
  }
}
