package dev.brink.placement;

import static dev.brink.placement.TestMesh.F;
import static dev.brink.placement.TestMesh.REQUEST;
import static dev.brink.placement.TestMesh.ms;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.placement.Candidate.Exclusion;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShortlistTest {
  private final Placement placement =
      Placement.create(NodeInfo.of("n0"), PlacementSettings.builder().controlShare(0).build());

  ShortlistTest() {
    for (int n = 0; n < 200; n++) {
      if (n > 0) {
        placement.nodeUp(NodeInfo.of("n" + n));
        placement.rtt("n" + n, ms(n), 0);
      }
      var report = LoadReport.builder("n" + n, 1).waitNanos(ms(n == 190 ? 0 : 400));
      placement.report(report.warm(n == 150 ? Set.of(F) : Set.of()).build(), 0);
    }
    placement.choose(REQUEST, 0);
  }

  private long lookedAt() {
    return placement.explain(REQUEST, 0).candidates().stream()
        .filter(c -> c.exclusion().isEmpty())
        .count();
  }

  @Test
  void aLargeMeshIsLookedAtInPart() {
    assertThat(lookedAt()).isBetween(20L, 49L);
    assertThat(placement.explain(REQUEST, 0).candidates())
        .hasSize(200)
        .anySatisfy(c -> assertThat(c.exclusion()).contains(Exclusion.NOT_SHORTLISTED));
  }

  @Test
  void whatIsOnTheListMovesNoSession() {
    for (int n = 1; n < 200; n++) {
      placement.nodeUp(NodeInfo.of("n" + n));
      placement.rtt("n" + n, ms(n / 10.0), 0);
    }
    Map<String, String> before = sessions(0);
    assertThat(new HashSet<>(before.values())).hasSizeGreaterThan(40);
    for (int round = 1; round < 5; round++) {
      assertThat(sessions(round)).isEqualTo(before);
    }
  }

  /** Where sessions run, with other nodes free each time. */
  private Map<String, String> sessions(int round) {
    long now = ms(300) * round;
    for (int n = 0; n < 200; n++) {
      long wait = ms(n % 25 == round ? 0 : 5);
      var report = LoadReport.builder("n" + n, 10 + round).waitNanos(wait);
      placement.report(report.warm(Set.of(F)).build(), now);
    }
    placement.turn(now);
    Map<String, String> nodes = new HashMap<>();
    for (int session = 0; session < 100; session++) {
      PlacementRequest request = REQUEST.affinity("session" + session);
      nodes.put(request.affinity(), placement.choose(request, now).node());
    }
    return nodes;
  }

  @Test
  void aSessionStaysWhereTheListHasOneNodeLeft() {
    PlacementRequest request = REQUEST.affinity("n100");
    placement.explain(REQUEST, 0).candidates().stream()
        .filter(c -> c.exclusion().isEmpty() && !c.local())
        .forEach(c -> placement.draining(c.node(), true));
    assertThat(lookedAt()).isEqualTo(1);
    assertThat(placement.choose(request, 0))
        .isEqualTo(new Choice("n100", Reason.AFFINITY, false, false));
  }

  @Test
  void nearWarmFreeAndDataNodesAreAmongThem() {
    assertThat(placement.choose(REQUEST, 0).node()).as("free").isEqualTo("n190");
    placement.learn(new FunctionSample(F, 0, 0, 0, 0, 0, 1, ms(900), 0));
    placement.turn(ms(300));
    assertThat(placement.choose(REQUEST, ms(300)).node()).as("warm").isEqualTo("n150");

    placement.dataAt("k", Set.of("n199"));
    placement.dataRead(F, Map.of("k", 1000));
    placement.turn(ms(600));
    assertThat(placement.choose(REQUEST, ms(600)).node()).as("has the data").isEqualTo("n199");
  }
}
