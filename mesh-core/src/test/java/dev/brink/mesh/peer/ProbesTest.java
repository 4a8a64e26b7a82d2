package dev.brink.mesh.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.placement.LoadReport;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import dev.brink.placement.PlacementSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a node of a large mesh probes, and how often nodes tell each other what. */
class ProbesTest {
  private static final int MEASURE_ALL_UP_TO = 64;

  private final Placement placement =
      Placement.create(
          NodeInfo.of("self"),
          PlacementSettings.builder().controlShare(0).verifyAbove(MEASURE_ALL_UP_TO).build());
  private final Places places = new Places("self", placement, MEASURE_ALL_UP_TO);
  private final List<String> probed = new ArrayList<>();

  private void mesh(int members) {
    for (int i = 1; i < members; i++) {
      placement.nodeUp(NodeInfo.of("n" + i));
    }
  }

  private void second(Probes probes) {
    for (int i = 0; i < 10; i++) {
      probes.run(probed::add, 0);
    }
  }

  @Test
  void inASmallMeshNobodyIsProbed() {
    mesh(MEASURE_ALL_UP_TO);
    second(new Probes("self", placement, places, 16));
    assertThat(probed).isEmpty();
    assertThat(places.allMeasured()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"1", "16", "17", "1000"})
  void soManyAreProbedASecondAndNobodyTwiceAtOnce(int aSecond) {
    mesh(200);
    var probes = new Probes("self", placement, places, aSecond);
    for (int i = 0; i < 3; i++) {
      second(probes);
    }
    assertThat(probed).hasSize(3 * aSecond).allMatch(peer -> peer.startsWith("n"));
    probed.clear();
    probes.run(probed::add, 0);
    assertThat(probed).doesNotHaveDuplicates();
  }

  @Test
  void halfGoToThoseNotMeasuredUntilAllAre() {
    mesh(100);
    var probes = new Probes("self", placement, places, 16);
    var seen = new HashSet<String>();
    for (int i = 0; i < 13; i++) {
      probed.clear();
      second(probes);
      probed.forEach(peer -> placement.rtt(peer, 1_000_000, 0));
      seen.addAll(probed);
    }
    assertThat(seen).hasSize(99);
  }

  @Test
  void aNodeThatARequestWantsIsVerifiedWithinASecond() {
    mesh(100);
    for (int i = 1; i < 100; i++) {
      placement.rtt("n" + i, 200_000_000, 0);
    }
    for (int i = 0; i < 3; i++) {
      placement.rtt("n1", 200_000_000, 0);
    }
    placement.report(LoadReport.builder("n70", 1).build(), 0);
    placement.report(LoadReport.builder("self", 1).waitNanos(900_000_000).build(), 0);
    var request = PlacementRequest.of("f");
    assertThat(placement.choose(request, 0).node()).as("measured once only").isEqualTo("self");

    second(new Probes("self", placement, places, 16));
    assertThat(Collections.frequency(probed, "n70")).isGreaterThanOrEqualTo(2);
    placement.rtt("n70", 200_000_000, 0);
    placement.rtt("n70", 200_000_000, 0);
    assertThat(placement.choose(request, 0).node()).isEqualTo("n70");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "16, 1", "17, 2", "32, 2", "128, 2", "129, 3", "512, 8", "1000, 8"})
  void theMoreMembersTheRarerReports(int members, int ticks) {
    assertThat(Scale.beatTicks(members)).isEqualTo(ticks);
    assertThat(Scale.newsSeconds(members)).isEqualTo(ticks);
  }
}
