package dev.brink.cache.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AdaptivePolicyTest {
  @Test
  void agreesWithItsOwnerOnWhatIsThere() {
    AdaptivePolicy policy = AdaptivePolicy.builder(200_000).build();
    Map<Long, Integer> held = new HashMap<>();
    var random = new SplittableRandom(3);
    for (int i = 0; i < 60_000; i++) {
      long key = (long) Math.pow(random.nextDouble() * 30, 3);
      if (i % 101 == 0) {
        policy.remove(key);
        held.remove(key);
        continue;
      }
      boolean hit = policy.use(key);
      assertThat(hit).isEqualTo(held.containsKey(key));
      if (!hit || i % 57 == 0) {
        int bytes = 1 + random.nextInt(3_000);
        held.put(key, bytes);
        boolean kept = policy.admit(key, bytes, 1, held::remove);
        assertThat(kept).isEqualTo(held.containsKey(key));
      }
    }
    PolicyStats stats = policy.stats();
    assertThat(stats.objects()).isEqualTo(held.size());
    assertThat(stats.size())
        .isEqualTo(held.values().stream().mapToLong(Integer::longValue).sum())
        .isLessThanOrEqualTo(200_000);
    assertThat(stats.evictions()).isPositive();
    assertThat(held.keySet()).allMatch(policy::contains);
  }

  @Test
  void doesNotTakeWhatIsLargerThanTheCache() {
    AdaptivePolicy policy = AdaptivePolicy.builder(100).build();
    assertThat(policy.admit(1, 60, 1, gone -> {})).isTrue();
    assertThat(policy.admit(2, 101, 1, gone -> {})).isFalse();
    assertThat(policy.contains(1)).isTrue();
  }

  @Test
  void doesTheSameWithTheSameSeed() {
    Workload work = Workload.zipf("", 30_000, 5_000, 0.8, 500, 4);
    assertThat(hits(work, 400, Goal.OBJECT_HITS)).isEqualTo(hits(work, 400, Goal.OBJECT_HITS));
  }

  @Test
  void beatsLruOnScans() {
    Workload work = Workload.scans(60_000, 5_000, 2_000, 700, 4);
    assertThat(hits(work, 250, Goal.OBJECT_HITS)).isGreaterThan(lruHits(work, 250) * 1.2);
  }

  @Test
  void isNotBehindLruWhereLruIsBest() {
    Workload work = Workload.recency(60_000, 3_000, 4);
    assertThat(hits(work, 300, Goal.OBJECT_HITS)).isGreaterThan(lruHits(work, 300) - 0.01);
  }

  @Test
  void servesTheGoal() {
    Workload work = Workload.mixedSizes(60_000, 5_000, 4);
    long capacity = work.footprint() / 50;
    assertThat(hits(work, capacity, Goal.OBJECT_HITS))
        .isGreaterThan(hits(work, capacity, Goal.BYTE_HITS) + 0.05);
    assertThat(byteHits(work, capacity, Goal.BYTE_HITS))
        .isGreaterThan(byteHits(work, capacity, Goal.OBJECT_HITS) + 0.02);
  }

  @Test
  void keepsWhatTheOriginIsSlowAt() {
    AdaptivePolicy policy = AdaptivePolicy.builder(100).goal(Goal.LATENCY).build();
    var random = new SplittableRandom(5);
    int slowHits = 0;
    int fastHits = 0;
    for (int i = 0; i < 40_000; i++) {
      long key = random.nextInt(400);
      boolean slow = key % 4 == 0;
      if (!policy.use(key)) {
        boolean _ = policy.admit(key, 1, slow ? 500_000_000 : 5_000_000, gone -> {});
      } else if (slow) {
        slowHits++;
      } else {
        fastHits++;
      }
    }
    assertThat(slowHits).isGreaterThan(4 * fastHits);
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatThrownBy(() -> AdaptivePolicy.builder(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("capacity: 0 (expected: > 0)");
    assertThatThrownBy(() -> AdaptivePolicy.builder(1).expectedObjects(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("expectedObjects: -1");
    assertThatThrownBy(() -> AdaptivePolicy.builder(1).build().admit(1, 0, 1, gone -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bytes: 0 (expected: > 0)");
  }

  private static double hits(Workload work, long capacity, Goal goal) {
    return run(work, capacity, goal, Goal.OBJECT_HITS);
  }

  private static double byteHits(Workload work, long capacity, Goal goal) {
    return run(work, capacity, goal, Goal.BYTE_HITS);
  }

  private static double run(Workload work, long capacity, Goal goal, Goal measured) {
    AdaptivePolicy policy = AdaptivePolicy.builder(capacity).goal(goal).build();
    double had = 0;
    double asked = 0;
    for (int i = 0; i < work.keys().length; i++) {
      double value = measured.value(work.sizes()[i], 1);
      asked += value;
      if (policy.use(work.keys()[i])) {
        had += value;
      } else {
        boolean _ = policy.admit(work.keys()[i], work.sizes()[i], 1, gone -> {});
      }
    }
    return had / asked;
  }

  private static double lruHits(Workload work, int capacity) {
    var lru =
        new LinkedHashMap<Long, Boolean>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > capacity;
          }
        };
    int hits = 0;
    for (long key : work.keys()) {
      if (lru.get(key) != null) {
        hits++;
      } else {
        lru.put(key, true);
      }
    }
    return (double) hits / work.keys().length;
  }
}
