package dev.brink.placement.origin;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.placement.origin.OriginSlot.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OriginPoolTest {
  private static final long SECOND = 1_000_000_000L;

  private static OriginPool pool(BalancingPolicy policy, int... weights) {
    return OriginPool.create("pool", specs(weights), policy, HealthSettings.defaults());
  }

  private static List<OriginSpec> specs(int... weights) {
    return IntStream.range(0, weights.length)
        .mapToObj(i -> new OriginSpec(String.valueOf((char) ('a' + i)), weights[i]))
        .toList();
  }

  private static String picks(OriginPool pool, int times, long now) {
    return IntStream.range(0, times)
        .mapToObj(i -> pool.pick(now).id())
        .collect(Collectors.joining());
  }

  private static OriginSlot slot(OriginPool pool, String id) {
    return pool.slots().stream().filter(s -> s.id().equals(id)).findFirst().orElseThrow();
  }

  private static void end(OriginPool pool, String id, Outcome outcome, int times, long now) {
    for (int i = 0; i < times; i++) {
      pool.started(slot(pool, id));
      pool.finished(slot(pool, id), outcome, now);
    }
  }

  @Test
  void roundRobinIsSmooth() {
    assertThat(picks(pool(BalancingPolicy.ROUND_ROBIN, 1, 1, 1), 7, 0)).isEqualTo("abcabca");
    assertThat(picks(pool(BalancingPolicy.ROUND_ROBIN, 5, 1, 1), 14, 0))
        .isEqualTo("aabacaaaabacaa");
    assertThat(picks(pool(BalancingPolicy.ROUND_ROBIN, 20, 10), 6, 0)).isEqualTo("abaaba");
  }

  @Test
  void wildWeightsKeepTheirSharesAndStarveNobody() {
    var pool = pool(BalancingPolicy.ROUND_ROBIN, 9973, 4999, 1);
    var counts =
        picks(pool, 40_000, 0)
            .chars()
            .boxed()
            .collect(Collectors.groupingBy(c -> c, Collectors.counting()));
    assertThat(counts.get((int) 'a')).isBetween(26_000L, 27_300L);
    assertThat(counts.get((int) 'b')).isBetween(12_700L, 14_000L);
    assertThat(counts.get((int) 'c')).isPositive();
  }

  @Test
  void leastRequestsGoesWhereTheFewestAre() {
    var pool = pool(BalancingPolicy.LEAST_REQUESTS, 1, 1, 1);
    pool.started(slot(pool, "a"));
    pool.started(slot(pool, "a"));
    pool.started(slot(pool, "b"));
    assertThat(picks(pool, 4, 0)).isEqualTo("cccc");
    pool.finished(slot(pool, "a"), Outcome.ABANDONED, 0);
    pool.started(slot(pool, "c"));
    assertThat(picks(pool, 30, 0))
        .as("equals take turns")
        .contains("a")
        .contains("b")
        .contains("c");
    assertThat(pool.active()).isEqualTo(3);
    assertThat(slot(pool, "a").active()).isEqualTo(1);
  }

  @Test
  void leastRequestsMindsTheWeights() {
    var pool = pool(BalancingPolicy.LEAST_REQUESTS, 3, 1);
    for (int i = 0; i < 40; i++) {
      pool.started(pool.pick(0));
    }
    assertThat(slot(pool, "a").active()).isEqualTo(30);
    assertThat(slot(pool, "b").active()).isEqualTo(10);
  }

  @ParameterizedTest
  @EnumSource
  void anotherAttemptGoesElsewhere(BalancingPolicy policy) {
    var pool = pool(policy, 1, 1, 1);
    var tried = Set.of(slot(pool, "a"), slot(pool, "b"));
    for (int i = 0; i < 5; i++) {
      assertThat(requireNonNull(pool.pick(0, tried)).id()).isEqualTo("c");
    }
    assertThat(pool.pick(0, Set.copyOf(pool.slots()))).isNull();
  }

  @Test
  void failuresInARowEjectForLongerEachTime() {
    var pool = pool(BalancingPolicy.ROUND_ROBIN, 1, 1);
    long now = -3;
    end(pool, "a", Outcome.FAILURE, 4, now);
    end(pool, "a", Outcome.SUCCESS, 1, now);
    end(pool, "a", Outcome.FAILURE, 4, now);
    end(pool, "a", Outcome.ABANDONED, 9, now);
    assertThat(picks(pool, 4, now)).isEqualTo("abab");

    end(pool, "a", Outcome.FAILURE, 1, now);
    for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
      assertThat(slot(pool, "a").health(now)).isEqualTo(Health.EJECTED);
      end(pool, "a", Outcome.FAILURE, 5, now); // those that were under way
      now += seconds * SECOND - 1;
      assertThat(picks(pool, 4, now)).isEqualTo("bbbb");
      now++;
      assertThat(picks(pool, 4, now)).contains("a").contains("b");
      end(pool, "a", Outcome.FAILURE, 1, now); // once on probation is enough
    }
  }

  @Test
  void oneGoodAnswerEndsTheProbation() {
    var pool = pool(BalancingPolicy.ROUND_ROBIN, 1, 1);
    end(pool, "a", Outcome.FAILURE, 5, 0);
    end(pool, "a", Outcome.SUCCESS, 1, 10); // sent before
    end(pool, "a", Outcome.SUCCESS, 1, SECOND);
    end(pool, "a", Outcome.FAILURE, 4, SECOND);
    assertThat(slot(pool, "a").health(SECOND)).isEqualTo(Health.HEALTHY);
    end(pool, "a", Outcome.FAILURE, 1, SECOND);
    assertThat(slot(pool, "a").health(SECOND)).isEqualTo(Health.EJECTED);
  }

  @Test
  void aSuccessThatWasSeenBeforeAnotherEjectionDoesNotEndTheProbation() {
    var pool = pool(BalancingPolicy.ROUND_ROBIN, 1, 1);
    var a = slot(pool, "a");
    a.eject(HealthSettings.defaults(), 0);
    long later = 3600 * SECOND;
    assertThat(a.succeeded(later)).isTrue();
    a.eject(HealthSettings.defaults(), later);
    a.proved(later);
    assertThat(a.failed(HealthSettings.defaults(), 2 * later)).as("the first failure").isTrue();
  }

  @Test
  void theEjectedShareHasALimit() {
    var pool = pool(BalancingPolicy.ROUND_ROBIN, 1, 1, 1, 1, 1);
    for (String id : List.of("a", "b", "c", "d", "e")) {
      end(pool, id, Outcome.FAILURE, 10, 0);
    }
    assertThat(pool.slots()).filteredOn(s -> s.health(0) == Health.EJECTED).hasSize(2);

    var single = pool(BalancingPolicy.ROUND_ROBIN, 1);
    end(single, "a", Outcome.FAILURE, 100, 0);
    assertThat(single.pick(0).id()).isEqualTo("a");
    assertThat(slot(single, "a").health(0)).isEqualTo(Health.HEALTHY);
  }

  @Test
  void activeChecksTakeAnOriginOutAndIn() {
    var pool = pool(BalancingPolicy.ROUND_ROBIN, 1, 1);
    var a = slot(pool, "a");
    pool.checked(a, false, 0);
    pool.checked(a, false, 0);
    pool.checked(a, true, 0);
    pool.checked(a, false, 0);
    pool.checked(a, false, 0);
    assertThat(picks(pool, 2, 0)).contains("a");
    pool.checked(a, false, 0);
    assertThat(a.health(0)).isEqualTo(Health.UNHEALTHY);
    assertThat(picks(pool, 4, 0)).isEqualTo("bbbb");
    pool.checked(a, true, 0);
    assertThat(picks(pool, 4, 0)).isEqualTo("bbbb");
    pool.checked(a, true, 0);
    assertThat(picks(pool, 2, 0)).contains("a");
  }

  @ParameterizedTest
  @EnumSource
  void whenNoneIsHealthyAnyIsTried(BalancingPolicy policy) {
    var pool = pool(policy, 1, 1);
    for (OriginSlot slot : pool.slots()) {
      for (int i = 0; i < 3; i++) {
        pool.checked(slot, false, 0);
      }
    }
    assertThat(picks(pool, 4, 0)).contains("a").contains("b");
  }

  @Test
  void anUnhealthyOriginIsTheLastResortOfARetry() {
    var pool = pool(BalancingPolicy.ROUND_ROBIN, 1, 1);
    end(pool, "a", Outcome.FAILURE, 5, 0);
    assertThat(requireNonNull(pool.pick(0, Set.of(slot(pool, "b")))).id()).isEqualTo("a");
  }

  @Test
  void theRetryBudgetFollowsTheRequestsInFlight() {
    var pool = pool(BalancingPolicy.ROUND_ROBIN, 1, 1);
    for (int i = 0; i < 3; i++) {
      assertThat(pool.beginRetry()).isTrue();
    }
    assertThat(pool.beginRetry()).isFalse();
    for (int i = 0; i < 25; i++) {
      pool.started(pool.pick(0));
    }
    assertThat(pool.beginRetry()).isTrue();
    assertThat(pool.beginRetry()).isTrue();
    assertThat(pool.beginRetry()).as("20 % of 25").isFalse();
    pool.endRetry();
    assertThat(pool.beginRetry()).isTrue();
  }

  @Test
  void anUpdateKeepsWhatIsKnown() {
    var pool = pool(BalancingPolicy.ROUND_ROBIN, 1, 1, 1);
    var a = slot(pool, "a");
    var c = slot(pool, "c");
    end(pool, "a", Outcome.FAILURE, 5, 0);
    pool.started(c);

    pool.update(List.of(OriginSpec.of("a"), new OriginSpec("b", 2), OriginSpec.of("d")), 0);

    assertThat(slot(pool, "a")).isSameAs(a);
    assertThat(a.health(0)).isEqualTo(Health.EJECTED);
    assertThat(picks(pool, 6, 0)).containsPattern("b.*b").contains("d").doesNotContain("a", "c");
    pool.finished(c, Outcome.FAILURE, 0);
    assertThat(pool.active()).isZero();
    assertThat(picks(pool, 9, SECOND)).contains("a");
  }

  @Test
  void badConfigurationIsRefused() {
    assertThatThrownBy(() -> pool(BalancingPolicy.ROUND_ROBIN))
        .hasMessage("origins: [] (expected: at least one)");
    assertThatThrownBy(() -> new OriginSpec("a", 0)).hasMessage("weight: 0 (expected: 1 to 10000)");
    var twice = List.of(OriginSpec.of("a"), OriginSpec.of("a"));
    assertThatThrownBy(
            () ->
                OriginPool.create(
                    "p", twice, BalancingPolicy.ROUND_ROBIN, HealthSettings.defaults()))
        .hasMessage("origins: a (expected: each id once)");
    var health = HealthSettings.builder();
    assertThatThrownBy(() -> health.checks(0, 1)).hasMessage("healthy: 0 (expected: at least 1)");
    assertThatThrownBy(() -> health.maxEjectedShare(Double.NaN))
        .hasMessage("share: NaN (expected: 0 to 1)");
    assertThatThrownBy(() -> health.ejection(1, Duration.ZERO, Duration.ZERO))
        .hasMessage("first: PT0S (expected: more than 0)");
  }

  @Test
  void accountsBalanceUnderThreads() throws Exception {
    var pool = pool(BalancingPolicy.LEAST_REQUESTS, 1, 2, 3, 4);
    var outcomes = List.of(Outcome.values());
    var tasks = new ArrayList<Callable<Void>>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      tasks.add(
          () -> {
            var random = new Random(seed);
            for (int i = 0; i < 50_000; i++) {
              long now = i * 1_000_000L;
              var slot = pool.pick(now);
              pool.started(slot);
              boolean retry = pool.beginRetry();
              pool.finished(slot, outcomes.get(random.nextInt(3)), now);
              if (retry) {
                pool.endRetry();
              }
              pool.checked(slot, random.nextBoolean(), now);
            }
            return null;
          });
    }
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
    assertThat(pool.active()).isZero();
    assertThat(pool.slots()).allMatch(s -> s.active() == 0);
    for (int i = 0; i < 3; i++) {
      assertThat(pool.beginRetry()).isTrue();
    }
    assertThat(pool.beginRetry()).isFalse();
  }
}
