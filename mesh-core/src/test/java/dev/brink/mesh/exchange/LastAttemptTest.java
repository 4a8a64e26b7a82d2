package dev.brink.mesh.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which attempt a cancel ends. */
class LastAttemptTest {
  private final List<String> cancelled = new ArrayList<>();
  private final LastAttempt attempts = new LastAttempt();

  @Test
  void theLastOneAlsoWhenTheFirstIsHeardOfAfterIt() {
    attempts.began(2, () -> cancelled.add("second"));
    attempts.began(1, () -> cancelled.add("first"));
    assertThat(attempts.cancelled()).isFalse();
    attempts.cancel();
    assertThat(cancelled).containsExactly("second");
    assertThat(attempts.cancelled()).isTrue();
  }

  @Test
  void oneThatBeginsAfterwards() {
    attempts.began(1, () -> cancelled.add("first"));
    attempts.cancel();
    attempts.began(2, () -> cancelled.add("second"));
    assertThat(cancelled).containsExactly("first", "second");
  }
}
