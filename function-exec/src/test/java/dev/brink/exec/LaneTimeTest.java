package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** How much of a run is said to have held a lane. */
class LaneTimeTest {
  private static final Sandbox SANDBOX = Sandbox.of(2);

  private static final String WORK =
      """
      const work = () => {
        let sum = 0;
        for (let i = 0; i < 2e7; i++) sum = (sum + i * 7) | 0;
        return sum;
      };
      """;

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  private static Answered run(String script) {
    Answered answered = SANDBOX.get(SANDBOX.handler(WORK + script), "/").end();
    assertThat(answered.status()).isEqualTo(200);
    return answered;
  }

  @Test
  void aRunThatWaitsHoldsNoLaneMeanwhile() {
    Timing timing =
        run("await new Promise((done) => setTimeout(done, 2000)); return new Response('waited');")
            .report()
            .timing();
    assertThat(timing.runNanos()).isGreaterThanOrEqualTo(2_000_000_000L);
    assertThat(timing.laneNanos()).isBetween(1L, timing.runNanos() - 1_000_000_000L);
  }

  @Test
  void aRunThatComputesHoldsALane() {
    Timing timing = run("return new Response(String(work()));").report().timing();
    assertThat(timing.laneNanos()).isGreaterThanOrEqualTo(timing.runNanos() * 9 / 10);
  }

  @Test
  void whatIsComputedAfterTheResponseIsNoneOfIt() {
    InvocationReport report =
        run("""
        ctx.waitUntil(new Promise((done) => setTimeout(done, 20)).then(() => {
          const end = Date.now() + 400;
          while (Date.now() < end) work();
        }));
        return new Response('before');
        """)
            .report();
    assertThat(report.wallNanos() - report.timing().laneNanos()).isGreaterThan(400_000_000L);
  }
}
