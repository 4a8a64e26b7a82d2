package dev.brink.grid;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(200), Duration.ofSeconds(10), new Random(1));

  @Test
  void doublesUpToTheMostAndStartsAgain() {
    long expected = 200;
    for (int i = 0; i < 6; i++) {
      assertThat(backoff.next().toMillis()).isBetween(expected * 8 / 10, expected * 12 / 10);
      expected *= 2;
    }
    for (int i = 0; i < 100; i++) {
      assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofSeconds(10));
    }
    assertThat(backoff.next()).isEqualTo(Duration.ofSeconds(10));
    backoff.reset();
    assertThat(backoff.next().toMillis()).isBetween(160L, 240L);
  }
}
