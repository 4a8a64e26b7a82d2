package dev.brink.placement.origin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Each policy's promise, tiers, outliers and slow start. */
class BalancingTest {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;

  private static OriginPool pool(BalancingPolicy policy, OriginSpec... specs) {
    return OriginPool.create("pool", List.of(specs), policy, HealthSettings.defaults());
  }

  private static OriginPool even(BalancingPolicy policy, int count) {
    return OriginPool.create("pool", specs(count), policy, HealthSettings.defaults());
  }

  private static List<OriginSpec> specs(int count) {
    return IntStream.range(0, count).mapToObj(i -> OriginSpec.of("o" + i)).toList();
  }

  private static OriginSlot slot(OriginPool pool, String id) {
    return pool.slots().stream().filter(s -> s.id().equals(id)).findFirst().orElseThrow();
  }

  private static Map<String, Integer> picks(OriginPool pool, int times, long now) {
    var counts = new HashMap<String, Integer>();
    for (int i = 0; i < times; i++) {
      OriginSlot picked = pool.pick(now, OriginPool.key("client " + i), Set.of());
      counts.merge(picked == null ? "none" : picked.id(), 1, Integer::sum);
    }
    return counts;
  }

  private static void answer(OriginPool pool, OriginSlot slot, long nanos, long now) {
    pool.started(slot);
    pool.finished(slot, Outcome.SUCCESS, nanos, now);
  }

  private static void fail(OriginPool pool, OriginSlot slot, int times, long now) {
    for (int i = 0; i < times; i++) {
      pool.started(slot);
      pool.finished(slot, Outcome.FAILURE, MILLI, now);
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.INCLUDE,
      names = {"ROUND_ROBIN", "RANDOM", "IP_HASH"})
  void sharesFollowWeights(BalancingPolicy policy) {
    var pool = pool(policy, new OriginSpec("a", 6), new OriginSpec("b", 3), new OriginSpec("c", 1));
    Map<String, Integer> counts = picks(pool, 20_000, 0);
    assertThat(counts.get("a")).isBetween(11_400, 12_600);
    assertThat(counts.get("b")).isBetween(5_600, 6_400);
    assertThat(counts.get("c")).isBetween(1_750, 2_250);
  }

  @ParameterizedTest
  @EnumSource
  void everyPolicyUsesAllOriginsAndNoneThatIsExcluded(BalancingPolicy policy) {
    var pool = even(policy, 5);
    assertThat(picks(pool, 500, 0)).hasSize(5);
    Set<OriginSlot> tried = Set.of(slot(pool, "o0"), slot(pool, "o1"), slot(pool, "o3"));
    for (int i = 0; i < 100; i++) {
      assertThat(pool.pick(0, i, tried)).isIn(slot(pool, "o2"), slot(pool, "o4"));
    }
    assertThat(pool.pick(0, 1, Set.copyOf(pool.slots()))).isNull();
  }

  @ParameterizedTest
  @EnumSource
  void everyPolicyWorksWithOneOrigin(BalancingPolicy policy) {
    assertThat(picks(even(policy, 1), 10, 0)).containsOnly(Map.entry("o0", 10));
  }

  @Test
  void ofTwoTheLessLoadedIsTaken() {
    var pool = even(BalancingPolicy.TWO_CHOICES, 8);
    for (int i = 0; i < 50; i++) {
      pool.started(slot(pool, "o0"));
    }
    assertThat(picks(pool, 1_000, 0)).doesNotContainKey("o0").hasSize(7);
  }

  @Test
  void peakEwmaTurnsAwayFromTheSlowAtOnceAndComesBackInTime() {
    var pool = even(BalancingPolicy.PEAK_EWMA, 4);
    pool.slots().forEach(slot -> answer(pool, slot, 10 * MILLI, 0));
    answer(pool, slot(pool, "o0"), 500 * MILLI, 0);
    assertThat(picks(pool, 400, 0)).doesNotContainKey("o0");
    for (int second = 1; second <= 60; second++) {
      for (int i = 1; i < 4; i++) {
        answer(pool, slot(pool, "o" + i), 10 * MILLI, second * SECOND);
      }
    }
    assertThat(picks(pool, 400, 60 * SECOND)).containsKey("o0");
  }

  @Test
  void anOriginThatFailsFastDoesNotAttract() {
    var pool = even(BalancingPolicy.PEAK_EWMA, 2);
    answer(pool, slot(pool, "o0"), 50 * MILLI, 0);
    fail(pool, slot(pool, "o1"), 1, 0);
    assertThat(picks(pool, 100, 0)).doesNotContainKey("o1");
  }

  @Test
  void theNearestIsUsedUntilItsQueueCostsMore() {
    var pool = even(BalancingPolicy.LOWEST_RTT, 2);
    pool.roundTrip(slot(pool, "o0"), 2 * MILLI);
    pool.roundTrip(slot(pool, "o1"), 30 * MILLI);
    for (int i = 0; i < 50; i++) {
      answer(pool, slot(pool, "o0"), 12 * MILLI, 0);
      answer(pool, slot(pool, "o1"), 40 * MILLI, 0);
    }
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("o0");
    for (int i = 0; i < 3; i++) {
      pool.started(slot(pool, "o0"));
    }
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("o1");
  }

  @ParameterizedTest
  @EnumSource(names = {"IP_HASH", "CONSISTENT_HASH"})
  void aKeyStaysWhereItIsWhenOthersComeAndGo(BalancingPolicy policy) {
    var pool = even(policy, 10);
    var before = new HashMap<Integer, String>();
    for (int i = 0; i < 2_000; i++) {
      before.put(i, requireNonNull(pool.pick(0, OriginPool.key("key" + i), Set.of())).id());
    }
    pool.update(specs(9), 0);
    int moved = 0;
    for (int i = 0; i < 2_000; i++) {
      String now = requireNonNull(pool.pick(0, OriginPool.key("key" + i), Set.of())).id();
      if ("o9".equals(before.get(i))) {
        continue;
      }
      moved += now.equals(before.get(i)) ? 0 : 1;
    }
    assertThat(moved).isZero();
  }

  @Test
  void noOriginGetsMoreThanItsBoundHoweverHotAKeyIs() {
    var pool = even(BalancingPolicy.CONSISTENT_HASH, 5);
    long hot = OriginPool.key("hot");
    for (int i = 0; i < 100; i++) {
      OriginSlot picked = requireNonNull(pool.pick(0, hot, Set.of()));
      assertThat(picked.active()).isLessThanOrEqualTo((int) Math.ceil(1.25 * (i + 1) / 5));
      pool.started(picked);
    }
    assertThat(pool.slots().stream().mapToInt(OriginSlot::active).max()).hasValue(25);
  }

  @Test
  void aLowerTierIsUsedOnlyWhenTheOneBeforeIsDown() {
    var pool =
        pool(
            BalancingPolicy.ROUND_ROBIN,
            new OriginSpec("a", 1, 0),
            new OriginSpec("b", 1, 0),
            new OriginSpec("c", 1, 1),
            new OriginSpec("d", 1, 2));
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("a", "b");
    assertThat(pool.pick(0, 1, Set.of(slot(pool, "a"), slot(pool, "b")))).isSameAs(slot(pool, "c"));
    check(pool, "a", false, 0);
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("b");
    check(pool, "b", false, 0);
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("c");
    check(pool, "c", false, 0);
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("d");
    check(pool, "d", false, 0);
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("a", "b");
    check(pool, "c", true, 0);
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("c");
  }

  private static void check(OriginPool pool, String id, boolean ok, long now) {
    for (int i = 0; i < 3; i++) {
      pool.checked(slot(pool, id), ok, now);
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"IP_HASH", "CONSISTENT_HASH"})
  void aReturnedOriginGetsMoreAndMore(BalancingPolicy policy) {
    var settings = HealthSettings.builder().slowStart(Duration.ofSeconds(10)).build();
    var pool = OriginPool.create("pool", specs(4), policy, settings);
    pool.slots().forEach(slot -> pool.roundTrip(slot, 10 * MILLI));
    pool.slots().forEach(slot -> answer(pool, slot, 20 * MILLI, 0));
    check(pool, "o0", false, 0);
    check(pool, "o0", true, 100 * SECOND);
    int early = held(pool, 100 * SECOND);
    int later = held(pool, 105 * SECOND);
    int full = held(pool, 111 * SECOND);
    assertThat(early).isLessThan(later / 2 + 1);
    assertThat(later).isLessThan(full);
    assertThat(full).isBetween(80, 120);
  }

  /** How many of 400 requests at once it gets. */
  private static int held(OriginPool pool, long now) {
    pool.slots().forEach(slot -> answer(pool, slot, 20 * MILLI, now));
    for (int i = 0; i < 400; i++) {
      pool.started(pool.pick(now));
    }
    int held = slot(pool, "o0").active();
    for (OriginSlot slot : pool.slots()) {
      for (int i = slot.active(); i > 0; i--) {
        pool.finished(slot, Outcome.ABANDONED, now);
      }
    }
    return held;
  }

  @Test
  void anOriginThatFailsOftenButNeverInARowIsEjected() {
    var pool = even(BalancingPolicy.ROUND_ROBIN, 4);
    OriginSlot bad = slot(pool, "o0");
    for (int i = 0; i < 120; i++) {
      long now = i * 100L * MILLI;
      for (OriginSlot slot : pool.slots()) {
        if (slot == bad && i % 3 == 0) {
          fail(pool, slot, 1, now);
        } else {
          answer(pool, slot, MILLI, now);
        }
      }
    }
    assertThat(bad.health(12 * SECOND - 1_900 * MILLI)).isEqualTo(OriginSlot.Health.EJECTED);
    assertThat(pool.slots()).filteredOn(s -> s.ejectedUntilNanos() != 0).containsExactly(bad);
  }

  @Test
  void whenAllFailAlikeNobodyIsAnOutlier() {
    var pool = even(BalancingPolicy.ROUND_ROBIN, 4);
    for (int i = 0; i < 120; i++) {
      long now = i * 100L * MILLI;
      for (OriginSlot slot : pool.slots()) {
        if (i % 3 == 0) {
          fail(pool, slot, 1, now);
        } else {
          answer(pool, slot, MILLI, now);
        }
      }
    }
    assertThat(pool.slots()).allMatch(slot -> slot.ejectedUntilNanos() == 0);
  }

  @Test
  void anUpdateChangesTiers() {
    var pool = pool(BalancingPolicy.RANDOM, new OriginSpec("a", 1, 0), new OriginSpec("b", 1, 1));
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("a");
    pool.update(List.of(new OriginSpec("a", 1, 1), new OriginSpec("b", 1, 0)), 0);
    assertThat(picks(pool, 10, 0)).containsOnlyKeys("b");
    assertThatThrownBy(() -> new OriginSpec("a", 1, 101))
        .hasMessage("tier: 101 (expected: 0 to 100)");
  }
}
