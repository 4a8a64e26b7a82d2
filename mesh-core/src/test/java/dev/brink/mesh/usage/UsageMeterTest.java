package dev.brink.mesh.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.brink.exec.FunctionLimits;
import dev.brink.exec.InvocationReport;
import dev.brink.exec.Timing;
import dev.brink.mesh.exchange.Target;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageMeterTest {
  /** Of a WebSocket, or a response that streams: 100 s and more of 128 MiB are over 2^63. */
  @ParameterizedTest
  @ValueSource(longs = {1, 60, 100, 600, 86_400})
  void longInvocationsCountForAsLongAsTheyTook(long seconds) {
    var meter = new UsageMeter(InstantSource.system());
    FunctionLimits limits = FunctionLimits.DEFAULT;
    long wallNanos = Duration.ofSeconds(seconds).toNanos();
    meter.record(
        new Target.Function("t", "f", "d"),
        limits,
        new InvocationReport(Timing.NONE, wallNanos, 0, Long.MAX_VALUE, 0, 0, 0, null));
    double expected = limits.memoryBytes() / 1e6 * seconds;
    assertThat(meter.records().getFirst().getMegabyteSeconds())
        .isCloseTo(expected, within(expected / 1e6));
  }
}
