package dev.brink.mesh.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadTallyTest {
  private final ReadTally tally = new ReadTally();

  @Test
  void countsByCallAndForgetsWhatIsTaken() {
    tally.read("f", "1", "origin:a/b");
    tally.read("f", "1", "origin:a/b");
    tally.read("f", "1", "origin:a/c");
    tally.read("g", "1", "origin:a/d");

    assertThat(tally.take("f", "1")).isEqualTo(Map.of("origin:a/b", 2, "origin:a/c", 1));
    assertThat(tally.take("f", "1")).isEmpty();
    assertThat(tally.take("g", "1")).isEqualTo(Map.of("origin:a/d", 1));
    assertThat(tally.take("g", "1")).isEmpty();
  }

  @Test
  void isBounded() {
    for (int i = 0; i < 20; i++) {
      tally.read("f", "1", "origin:a/" + i);
    }
    assertThat(tally.take("f", "1")).hasSize(8);
    for (int i = 0; i < 5_000; i++) {
      tally.read("f", "r" + i, "origin:a/b");
    }
    assertThat(tally.take("f", "r0")).hasSize(1);
    assertThat(tally.take("f", "r4999")).isEmpty();
  }

  @Test
  void whatNobodyTakesGoesByItsAge() {
    var now = new AtomicLong();
    var aging = new ReadTally(now::get);
    for (int i = 0; i < 4_096; i++) {
      aging.read("f", "ended" + i, "origin:a/b");
    }
    aging.read("f", "1", "origin:a/b");
    assertThat(aging.take("f", "1")).as("there is no room").isEmpty();

    now.addAndGet(TimeUnit.MINUTES.toNanos(4));
    aging.read("f", "ended0", "origin:a/b");
    now.addAndGet(TimeUnit.MINUTES.toNanos(3));
    aging.read("f", "2", "origin:a/b");
    assertThat(aging.take("f", "2")).hasSize(1);
    assertThat(aging.take("f", "ended1")).as("seven minutes old").isEmpty();
    assertThat(aging.take("f", "ended0")).as("has read since").hasSize(1);
  }
}
