package dev.brink.mesh.function;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
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
}
