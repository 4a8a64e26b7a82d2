package dev.brink.cache.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each rule alone, in a cache of objects of size 1. */
class RuleTest {
  private final List<Long> evicted = new ArrayList<>();
  private int now;

  private Engine engine(int capacity, Engine.Rules rules) {
    return new Engine(capacity, 0, 1024, rules);
  }

  private boolean request(Engine engine, long key) {
    now++;
    int slot = engine.find(key);
    if (slot == Slots.NONE) {
      boolean _ = engine.admit(key, 1, 1, now, evicted::add);
      return false;
    }
    engine.use(slot, now);
    return true;
  }

  private void requests(Engine engine, long... keys) {
    for (long key : keys) {
      boolean _ = request(engine, key);
    }
  }

  @Test
  void lruGivesUpTheLeastRecentlyUsed() {
    Engine lru = engine(3, slots -> List.of(new LruRule(slots)));
    requests(lru, 1, 2, 3, 1, 4, 5);
    assertThat(evicted).containsExactly(2L, 3L);
  }

  @Test
  void sieveForgivesOnceAndKeepsItsHand() {
    Engine sieve = engine(3, slots -> List.of(new SieveRule(slots)));
    requests(sieve, 1, 2, 3, 1, 3, 4, 5, 6);
    assertThat(evicted).containsExactly(2L, 4L, 5L);
  }

  @Test
  void s3FifoLetsOneHitWondersGoAndTakesBackWhatReturns() {
    Engine s3 = engine(10, slots -> List.of(new S3FifoRule(slots, 10)));
    for (int round = 0; round < 3; round++) {
      requests(s3, 1, 2, 3);
    }
    for (long once = 100; once < 140; once++) {
      requests(s3, once);
    }
    assertThat(evicted).doesNotContain(1L, 2L, 3L);
    requests(s3, 139 - 10);
    int before = evicted.size();
    for (long once = 200; once < 209; once++) {
      requests(s3, once);
    }
    assertThat(evicted.subList(before, evicted.size())).doesNotContain(129L);
  }

  @Test
  void tinyLfuKeepsTheFrequent() {
    Engine lfu = engine(20, slots -> List.of(new TinyLfuRule(slots, 20)));
    for (int round = 0; round < 5; round++) {
      for (long key = 1; key <= 10; key++) {
        requests(lfu, key);
      }
    }
    for (long once = 100; once < 200; once++) {
      requests(lfu, once);
    }
    assertThat(evicted).doesNotContain(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
  }

  @Test
  void gdsfPrefersSmallObjects() {
    Engine gdsf = engine(100, slots -> List.of(new GdsfRule(slots, 1)));
    boolean _ = gdsf.admit(1, 50, 1f / 50, 1, evicted::add);
    for (long small = 2; small < 52; small++) {
      boolean _ = gdsf.admit(small, 1, 1, (int) small, evicted::add);
    }
    boolean _ = gdsf.admit(52, 1, 1, 52, evicted::add);
    assertThat(evicted).containsExactly(1L);
  }

  @Test
  void sizeAwareAdmissionLearnsToTurnLargeObjectsAway() {
    Engine engine =
        engine(
            1000,
            slots -> {
              var lru = new LruRule(slots);
              return List.of(lru, new SizeAwareRule(slots, lru, 1000, 1));
            });
    int lateHits = 0;
    for (int i = 0; i < 60_000; i++) {
      now++;
      long key = i % 3 == 0 ? 1_000 + i : i * 31L % 300;
      int slot = engine.find(key);
      if (slot != Slots.NONE) {
        engine.use(slot, now);
        lateHits += i >= 40_000 ? 1 : 0;
      } else {
        boolean _ = engine.admit(key, i % 3 == 0 ? 400 : 1, 1, now, evicted::add);
      }
    }
    assertThat(lateHits).isGreaterThan(8_000);
  }

  @ParameterizedTest
  @EnumSource(Expert.class)
  void staysConsistentWhileAnyOtherRuleDecides(Expert decides) {
    var model = new ReuseModel(1024);
    Engine engine = new Engine(500, 0, 1024, slots -> Tournament.rules(slots, 500, model, 1));
    engine.activate(engine.rule(Tournament.number(decides)));
    Set<Long> held = new HashSet<>();
    for (int i = 0; i < 20_000; i++) {
      if (i % 1000 == 0) {
        engine.activate(
            engine.rule((Tournament.number(decides) + i / 1000) % Expert.values().length));
      }
      long key = i * 2_654_435_761L % 4_001 % (i % 3 == 0 ? 50 : 4_001);
      int slot = engine.find(key);
      assertThat(slot != Slots.NONE).isEqualTo(held.contains(key));
      if (i % 17 == 0 && slot != Slots.NONE) {
        engine.remove(slot);
        held.remove(key);
      } else if (slot != Slots.NONE) {
        engine.use(slot, i);
      } else {
        held.add(key);
        boolean _ = engine.admit(key, 1 + key % 7, 1, i, held::remove);
      }
    }
    assertThat(engine.slots().totalBytes()).isLessThanOrEqualTo(500);
  }
}
