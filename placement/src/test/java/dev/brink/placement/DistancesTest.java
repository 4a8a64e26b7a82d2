package dev.brink.placement;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DistancesTest {
  private static final int MANY = 20_000;

  @Test
  void nodesThatComeAndGoTakeNoRoomFromLaterOnes() {
    var distances = new Distances(7);
    for (int i = 0; i < MANY; i++) {
      distances.rtt("here", "n" + i, 1000 + i);
      distances.forget("n" + i);
    }
    distances.rtt("here", "later", 5);
    var here = new NodeState(NodeInfo.of("here"), true, PlacementSettings.builder().build());
    assertThat(distances.betweenNanos(here, "later")).isEqualTo(5);
    assertThat(distances.betweenNanos(here, "n0")).as("forgotten").isEqualTo(7);
  }

  /** Others may tell of a node that is gone for as long as they have not noticed. */
  @Test
  void whatIsToldOfNodesThatAreGoneTakesNoRoomFromLaterOnes() {
    var distances = new Distances(7);
    for (int i = 0; i < MANY; i++) {
      distances.forget("n" + i);
      distances.rtt("here", "n" + i, 1000 + i);
    }
    distances.rtt("here", "later", 5);
    var here = new NodeState(NodeInfo.of("here"), true, PlacementSettings.builder().build());
    assertThat(distances.betweenNanos(here, "later")).isEqualTo(5);
    assertThat(IntStream.range(0, MANY))
        .filteredOn(i -> distances.betweenNanos(here, "n" + i) != 7)
        .hasSizeLessThan(1 << 14);
  }
}
