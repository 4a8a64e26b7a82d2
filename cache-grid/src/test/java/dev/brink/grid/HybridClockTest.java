package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HybridClockTest {
  private final AtomicLong millis = new AtomicLong(1_000_000);
  private final HybridClock clock =
      HybridClock.of(Grids.id(1), () -> Instant.ofEpochMilli(millis.get()));

  @Test
  void followsTheTimeOfDayAndCountsWithinAMillisecond() {
    assertThat(clock.now()).isEqualTo(new Stamp(1_000_000, 0, Grids.id(1)));
    assertThat(clock.now()).isEqualTo(new Stamp(1_000_000, 1, Grids.id(1)));
    millis.incrementAndGet();
    assertThat(clock.now()).isEqualTo(new Stamp(1_000_001, 0, Grids.id(1)));
  }

  @Test
  void neverGoesBackwardsWhenTheTimeOfDayDoes() {
    Stamp before = clock.now();
    millis.addAndGet(-5_000);
    assertThat(clock.now().isAfter(before)).isTrue();
  }

  @Test
  void isLaterThanWhatItObserved() {
    Stamp ahead = new Stamp(1_030_000, 7, Grids.id(2));
    assertThat(clock.observe(ahead)).isTrue();
    assertThat(clock.now()).isEqualTo(new Stamp(1_030_000, 8, Grids.id(1)));
    assertThat(clock.observe(new Stamp(1_030_000, 3, Grids.id(2)))).isTrue();
    assertThat(clock.now()).isEqualTo(new Stamp(1_030_000, 9, Grids.id(1)));
  }

  @Test
  void refusesToFollowAStampTooFarAhead() {
    assertThat(clock.observe(new Stamp(1_060_001, 0, Grids.id(2)))).isFalse();
    assertThat(clock.now().wallMillis()).isEqualTo(1_000_000);
    assertThat(clock.observe(new Stamp(1_060_000, 0, Grids.id(2)))).isTrue();
    assertThat(clock.now().wallMillis()).isEqualTo(1_060_000);
  }

  @Test
  void aFullCounterGoesOnInTheNextMillisecond() {
    assertThat(clock.observe(new Stamp(1_000_500, Integer.MAX_VALUE, Grids.id(2)))).isTrue();
    assertThat(clock.now()).isEqualTo(new Stamp(1_000_501, 0, Grids.id(1)));
  }

  @Test
  void neverGivesAStampTwice() throws Exception {
    Set<Stamp> given = ConcurrentHashMap.newKeySet();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 10_000; n++) {
                      given.add(clock.now());
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(given).hasSize(40_000);
  }

  @Test
  void stampsAreOrderedByTimeThenCounterThenNode() {
    assertThat(
            List.of(
                new Stamp(1, 9, Grids.id(9)),
                new Stamp(2, 0, Grids.id(9)),
                new Stamp(2, 1, Grids.id(1)),
                new Stamp(2, 1, Grids.id(2))))
        .isSorted();
  }
}
