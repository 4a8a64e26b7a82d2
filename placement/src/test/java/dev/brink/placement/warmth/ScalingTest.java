package dev.brink.placement.warmth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How many instances, what goes first, and what warming may cost. */
class ScalingTest {
  private static final long MILLI = Duration.ofMillis(1).toNanos();
  private static final long SECOND = 1_000 * MILLI;

  @Test
  void theRateOfSixSecondsAtSeventyPercentUse() {
    var scaling = new InstanceScaling();
    int want = 0;
    for (int i = 0; i < 60; i++) {
      want = scaling.want(i * 100L * MILLI, 10, 0, 35 * MILLI);
    }
    assertThat(want).isEqualTo(5); // 100/s x 35 ms / 0.7
  }

  @Test
  void aQueueIsWorkedOffInATenthOfASecond() {
    var scaling = new InstanceScaling();
    assertThat(scaling.want(0, 1, 25, 10 * MILLI)).isEqualTo(3);
  }

  @Test
  void fewerAfterSixtySecondsOnly() {
    var scaling = new InstanceScaling();
    assertThat(scaling.want(0, 1, 100, 10 * MILLI)).isEqualTo(10);
    assertThat(scaling.want(54 * SECOND, 0, 0, 10 * MILLI)).isEqualTo(10);
    assertThat(scaling.want(66 * SECOND, 0, 0, 10 * MILLI)).isZero();
  }

  @Test
  void theWarmingBudgetIsAShareOfTheProcessors() {
    var budget = new WarmingBudget(0.05);
    budget.refill(0, 2);
    assertThat(budget.spend(MILLI, 2)).isFalse();
    budget.refill(SECOND, 2);
    for (int i = 0; i < 10; i++) {
      assertThat(budget.spend(10 * MILLI, 2)).isTrue(); // 100 ms of 2 s
    }
    assertThat(budget.spend(10 * MILLI, 2)).isFalse();
    budget.refill(3600 * SECOND, 2);
    assertThat(budget.spend(3600 * SECOND, 2)).isTrue();
    assertThat(budget.spend(1, 2)).isFalse();
  }

  @Test
  void whatIsSmallDearAndOftenUsedStays() {
    var order = new EvictionOrder<String>();
    order.used("large", 10, 100);
    order.used("small", 10, 1);
    order.used("cheap", 1, 1);
    assertThat(order.of(Set.of("large", "small", "cheap")))
        .containsExactly("large", "cheap", "small");
    for (int i = 0; i < 200; i++) {
      order.used("large", 10, 100);
    }
    assertThat(order.of(Set.of("large", "small", "cheap")))
        .containsExactly("cheap", "small", "large");
    assertThat(order.of(Set.of("small", "unknown"))).containsExactly("unknown", "small");
    assertThat(order.of(Set.of())).isEmpty();
  }

  @Test
  void whatWasOftenUsedLongAgoAgesByWhatIsEvicted() {
    var order = new EvictionOrder<String>();
    for (int i = 0; i < 5; i++) {
      order.used("old", 1, 1);
    }
    for (int i = 0; i < 10; i++) {
      String recent = "recent" + i;
      order.used(recent, 1, 1);
      if (order.of(Set.of("old", recent)).getFirst().equals("old")) {
        assertThat(i).isGreaterThan(1);
        return;
      }
      order.evicted(recent);
    }
    throw new AssertionError("old stays for ever");
  }
}
