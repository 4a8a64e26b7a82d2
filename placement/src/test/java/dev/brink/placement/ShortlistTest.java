package dev.brink.placement;

import static dev.brink.placement.TestMesh.F;
import static dev.brink.placement.TestMesh.REQUEST;
import static dev.brink.placement.TestMesh.ms;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.placement.Candidate.Exclusion;
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
  void nearWarmFreeAndDataNodesAreAmongThem() {
    assertThat(placement.choose(REQUEST, 0).node()).as("free").isEqualTo("n190");
    placement.learn(new FunctionSample(F, 0, 0, 0, 0, 0, 1, ms(900), 0));
    assertThat(placement.choose(REQUEST, ms(300)).node()).as("warm").isEqualTo("n150");

    placement.dataAt("k", Set.of("n199"));
    placement.dataRead(F, Map.of("k", 1000));
    assertThat(placement.choose(REQUEST, ms(600)).node()).as("has the data").isEqualTo("n199");
  }
}
