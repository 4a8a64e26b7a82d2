package dev.brink.placement.coordinate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProbePlanTest {
  private final ProbePlan plan = new ProbePlan("self");
  private final Map<String, Coordinate> peers = new HashMap<>();

  ProbePlanTest() {
    for (int i = 0; i < 40; i++) {
      peers.put("n" + i, at(i));
    }
  }

  private static Coordinate at(int millis) {
    return Coordinate.of(new double[] {millis / 1e3, 0, 0, 0, 0, 0, 0, 0}, 0, 0.1);
  }

  @Test
  void everyOtherProbeGoesToTheNearestOneThatIsNotMeasured() {
    Set<String> measured = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      plan.next(at(0), peers, Set.copyOf(measured));
      assertThat(plan.next(at(0), peers, measured)).contains("n" + i);
      measured.add("n" + i);
    }
  }

  @Test
  void theOthersAreDrawnByLotFromAll() {
    Set<String> drawn = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      drawn.add(plan.next(at(0), peers, Set.of()).orElseThrow());
      plan.next(at(0), peers, Set.of());
    }
    assertThat(drawn).hasSizeGreaterThan(36);
  }

  @Test
  void thoseThatAreWantedComeFirstOfTheNearOnes() {
    for (int i = 0; i < 6; i++) {
      plan.next(at(0), peers, Set.of("n30"), Set.of("n30", "n35", "gone"));
      assertThat(plan.next(at(0), peers, Set.of("n30"), Set.of("n30", "n35", "gone")))
          .contains("n30");
    }
  }

  @Test
  void withoutPeersThereIsNobodyToProbe() {
    assertThat(plan.next(at(0), Map.of(), Set.of())).isEmpty();
  }
}
