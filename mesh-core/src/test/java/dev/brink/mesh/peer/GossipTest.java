package dev.brink.mesh.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.proto.Distance;
import dev.brink.mesh.proto.FunctionLearned;
import dev.brink.mesh.proto.News;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.Observed;
import dev.brink.placement.Placement;
import dev.brink.placement.PlacementRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GossipTest {
  private final Placement placement = Placement.create(NodeInfo.of("self"));
  private final Gossip gossip = new Gossip("self", placement);

  private void measured(String peer) {
    placement.nodeUp(NodeInfo.of(peer));
    placement.rtt(peer, 1_000_000, System.nanoTime());
  }

  private News next() {
    gossip.publish();
    return gossip.issue().news();
  }

  private List<String> distances() {
    return next().getDistancesList().stream().map(Distance::getTo).toList();
  }

  @Test
  void distancesTakeTurns() {
    int peers = 3 * Gossip.MAX_DISTANCES;
    for (int i = 0; i < peers; i++) {
      measured("n" + i);
    }

    List<String> first = new ArrayList<>();
    List<String> second = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      first.addAll(distances());
    }
    for (int i = 0; i < 3; i++) {
      second.addAll(distances());
    }

    assertThat(first).doesNotHaveDuplicates().hasSize(peers);
    assertThat(second).containsExactlyElementsOf(first);
  }

  @Test
  void whatIsNewIsToldFirstAndWhatHasGoneNoMore() {
    for (int i = 0; i < 3 * Gossip.MAX_DISTANCES; i++) {
      measured("n" + i);
    }
    List<String> told = distances();
    gossip.origin("https://origin.example", 5_000_000);
    assertThat(distances()).contains("https://origin.example");

    placement.nodeDown(told.getFirst(), System.nanoTime());
    for (int i = 0; i < 8; i++) {
      assertThat(distances()).hasSize(Gossip.MAX_DISTANCES).doesNotContain(told.getFirst());
    }
  }

  @Test
  void originsThatAreNoLongerUsedMakeRoom() {
    for (int i = 0; i < 2_000; i++) {
      gossip.origin("https://old.example/" + i, 5_000_000);
    }
    gossip.keepOrigins(Set.of("https://old.example/7"));
    gossip.origin("https://new.example", 5_000_000);
    assertThat(distances())
        .containsExactlyInAnyOrder("https://old.example/7", "https://new.example");
  }

  @Test
  void whatIsLearnedOfFunctionsTakesTurnsAndIsToldWhole() {
    measured("peer");
    int functions = 4 * Gossip.MAX_FUNCTIONS - 2;
    int calls = 20;
    for (int call = 0; call < calls; call++) {
      for (int i = 0; i < functions; i++) {
        var request = PlacementRequest.of(HexFormat.of().toHexDigits(i + 1L));
        placement.choose(request, 0);
        placement.completed("peer", request, new Observed(0, 0, 0, 2_000_000, false), 0);
      }
      if (call == calls / 2) {
        hear(next());
      }
    }
    News news = next();
    while (news.getFunctionsCount() > 0) {
      hear(news);
      news = next();
    }

    assertThat(runs).hasSize(functions);
    assertThat(runs.values()).allMatch(told -> told == calls);
  }

  private final Map<Long, Integer> runs = new HashMap<>();

  private void hear(News news) {
    assertThat(news.getFunctionsCount()).isLessThanOrEqualTo(Gossip.MAX_FUNCTIONS);
    for (FunctionLearned learned : news.getFunctionsList()) {
      runs.merge(learned.getVersion(), learned.getRuns(), Integer::sum);
    }
  }
}
