package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RunClockTest {
  @Test
  void whatFailsBeforeItsInstanceIsReadyHasNotRun() {
    var clock = new RunClock();
    long begun = System.nanoTime();
    clock.started(begun);
    clock.cold();
    clock.responded(0);

    Timing timing = clock.timing();

    assertThat(timing.runNanos()).isLessThanOrEqualTo(System.nanoTime() - begun);
    assertThat(timing.coldNanos()).isPositive();
  }
}
