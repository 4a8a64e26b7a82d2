package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CalmAfterLoadTest {
  private static final long MILLI = 1_000_000;

  /** So that differences of times count, not times. */
  private static final long START = Long.MAX_VALUE - 150 * MILLI;

  private final CalmAfterLoad calm = new CalmAfterLoad(200, 1_000, START);

  private boolean at(long millis, long turns) {
    return calm.isCalm(turns, START + millis * MILLI);
  }

  @Test
  void itIsCalmFromTheStart() {
    assertThat(at(0, 1_000)).isTrue();
    assertThat(at(5, 1_000)).isTrue();
    assertThat(at(105, 1_001)).isTrue();
  }

  @Test
  void fewTurnsAreNoLoad() {
    for (int i = 1; i <= 100; i++) {
      assertThat(at(i * 100L, 1_000 + i * 20L)).as("after %s looks", i).isTrue();
    }
  }

  @Test
  void manyTurnsAreLoadForTenSecondsAfterTheLastOfThem() {
    assertThat(at(100, 1_021)).isFalse();
    assertThat(at(5_000, 1_021)).isFalse();
    assertThat(at(5_100, 1_100)).isFalse();
    assertThat(at(15_099, 1_100)).isFalse();
    assertThat(at(15_100, 1_100)).isTrue();
    assertThat(at(15_200, 1_101)).isTrue();
    assertThat(at(15_300, 1_901)).isFalse();
  }

  @Test
  void aBurstIsNotSeenInAWindowThatIsTooShortToCount() {
    assertThat(at(99, 1_500)).isTrue();
    assertThat(at(101, 1_500)).isFalse();
  }

  /** A lane has another thread, whose turns begin with none. */
  @Test
  void countsMayBeginAgain() {
    assertThat(at(100, 1_010)).isTrue();
    assertThat(at(10_100, 3)).isTrue();
    assertThat(at(10_200, 4)).isTrue();
  }
}
