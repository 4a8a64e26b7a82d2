package dev.brink.cache.ahead;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is said to lack what, in time that is passed in. */
class PopularityTest {
  private static final long SECOND = 1_000_000_000L;
  private static final List<String> OTHERS = List.of("b", "c");

  private final Popularity<String> popularity = new Popularity<>(4);
  private long now = -SECOND;

  private boolean asked(String key, String node) {
    return popularity.asked(key, node, 1, now);
  }

  private List<String> lacking(String key, long stamp) {
    return popularity.lacking(key, OTHERS, stamp, now);
  }

  @Test
  void whatTwoNodesAskForIsPopularAndTheThirdLacksItOnce() {
    assertThat(asked("x", "a")).isFalse();
    assertThat(asked("x", "a")).isFalse();
    assertThat(asked("x", "b")).isTrue();
    assertThat(lacking("x", 7)).containsExactly("c");
    assertThat(asked("x", "b")).as("just looked at").isFalse();
    now += 2 * SECOND;
    assertThat(asked("x", "b")).isTrue();
    assertThat(lacking("x", 7)).isEmpty();
  }

  @Test
  void whoWasAskedLongAgoNoLongerCounts() {
    asked("x", "a");
    now += 600 * SECOND;
    assertThat(asked("x", "b")).isFalse();
  }

  @Test
  void whatOneNodeAsksForMoreAndMoreIsPopular() {
    boolean rose = false;
    for (int i = 0; i < 20; i++) {
      now += SECOND / 10;
      rose |= asked("x", "a");
    }
    assertThat(rose).isTrue();
    assertThat(lacking("x", 7)).containsExactly("b", "c");
  }

  @Test
  void aSteadyTrickleOfOneNodeIsNot() {
    for (int i = 0; i < 1000; i++) {
      now += 15 * SECOND;
      assertThat(asked("x", "a")).isFalse();
    }
  }

  @Test
  void whoDoesNotAskIsOfferedNewVersionsEverMoreRarely() {
    int offered = 0;
    for (int i = 1; i <= 1000; i++) {
      now += SECOND;
      asked("x", "a");
      asked("x", "b");
      offered += lacking("x", i).contains("c") ? 1 : 0;
    }
    assertThat(offered).isBetween(4, 10);
  }

  @Test
  void remembersNoMoreKeysThanItMayAndThePopularOnes() {
    for (int i = 0; i < 20; i++) {
      asked("x", "a");
    }
    for (int i = 0; i < 100; i++) {
      asked("once" + i, "a");
    }
    assertThat(popularity.size()).isEqualTo(4);
    now += SECOND;
    assertThat(asked("x", "b")).as("still known").isTrue();
  }

  @Test
  void aBudgetIsSoManyBytesASecondAndABurst() {
    var budget = new ByteBudget(100, 200, now);
    assertThat(budget.take(200, now)).isTrue();
    assertThat(budget.take(1, now)).isFalse();
    now += SECOND / 2;
    assertThat(budget.take(50, now)).isTrue();
    assertThat(budget.take(1, now)).isFalse();
    budget.giveBack(10);
    assertThat(budget.take(10, now)).isTrue();
    now += 100 * SECOND;
    assertThat(budget.take(201, now)).isFalse();
    assertThat(budget.take(200, now)).isTrue();
  }
}
