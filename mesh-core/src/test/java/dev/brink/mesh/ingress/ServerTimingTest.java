package dev.brink.mesh.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.exchange.CallTiming;
import org.junit.jupiter.api.Test;

class ServerTimingTest {
  @Test
  void partsAreMillisecondsWithThreeDigits() {
    var timing = new CallTiming("n", true, 1_234_567, 20_000_000, 999, 5_000);
    assertThat(ServerTiming.of(timing, 12_345_678_901L).toString())
        .isEqualTo(
            "net;dur=0.005, queue;dur=1.234, cold;dur=20.000, run;dur=0.000, total;dur=12345.678");
  }

  @Test
  void aClockThatRanBackwardsIsNotShown() {
    assertThat(ServerTiming.of(new CallTiming("n", false, -1, -1, -1, -1), -5).toString())
        .isEqualTo(
            "net;dur=0.000, queue;dur=0.000, cold;dur=0.000, run;dur=0.000, total;dur=0.000");
  }
}
