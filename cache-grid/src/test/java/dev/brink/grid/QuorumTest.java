package dev.brink.grid;

import static dev.brink.grid.Grids.id;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QuorumTest {
  @Test
  void aNodeWithoutMemoryIsItsOwnMajority() {
    assertThat(Quorum.of(id(1), Set.of(), null, Set.of(id(1))).holds()).isTrue();
  }

  @Test
  void ofTwoTheOlderGoesOnAndTheYoungerDoesNot() {
    assertThat(Quorum.of(id(1), ids(1, 2), id(1), ids(1)).holds()).isTrue();
    assertThat(Quorum.of(id(2), ids(1, 2), id(1), ids(2)).holds()).isFalse();
    assertThat(Quorum.of(id(2), ids(1, 2), id(1), ids(1, 2)).holds()).isTrue();
  }

  @Test
  void moreThanHalfIsNeededAndEnough() {
    assertThat(Quorum.of(id(2), ids(1, 2, 3), id(1), ids(2, 3)).holds()).isTrue();
    assertThat(Quorum.of(id(1), ids(1, 2, 3), id(1), ids(1)).holds()).isFalse();
  }

  @Test
  void halfOfFourNeedsTheOldest() {
    assertThat(Quorum.of(id(1), ids(1, 2, 3, 4), id(1), ids(1, 2)).holds()).isTrue();
    assertThat(Quorum.of(id(3), ids(1, 2, 3, 4), id(1), ids(3, 4)).holds()).isFalse();
  }

  @Test
  void membersThatAreNotKnownDoNotCount() {
    Quorum quorum = Quorum.of(id(1), ids(1, 2, 3), id(2), ids(1, 7, 8, 9));
    assertThat(quorum.holds()).isFalse();
    assertThat(quorum).hasToString("1 of 3 known members present");
  }

  @Test
  void atMostOneSideOfASplitHolds() {
    Set<UUID> known = ids(1, 2, 3, 4, 5, 6);
    for (int mask = 1; mask < 63; mask++) {
      int[] left = members(mask);
      int[] right = members(~mask & 63);
      boolean leftHolds = Quorum.of(id(left[0]), known, id(1), ids(left)).holds();
      boolean rightHolds = Quorum.of(id(right[0]), known, id(1), ids(right)).holds();
      assertThat(leftHolds ^ rightHolds).as("split %s", Arrays.toString(left)).isTrue();
    }
  }

  private static int[] members(int mask) {
    return IntStream.rangeClosed(1, 6).filter(n -> ((mask >> (n - 1)) & 1) == 1).toArray();
  }

  private static Set<UUID> ids(int... numbers) {
    return Arrays.stream(numbers).mapToObj(Grids::id).collect(Collectors.toSet());
  }
}
