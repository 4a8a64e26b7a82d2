package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.FunctionException.Code;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RuntimeHealthTest {
  private static final FunctionLimits TIGHT =
      new FunctionLimits(
          Duration.ofMillis(100), Duration.ofSeconds(10), 32L << 20, 1L << 40, 1L << 40, 64);

  @Test
  void aRuntimeWithTooManyStuckThreadsIsUnhealthyUntilTheyEnd() {
    try (Sandbox sandbox = Sandbox.of(2)) {
      LoadedFunction stuck =
          sandbox.load("export default { fetch() {" + Sandbox.STUCK + "} }", TIGHT);
      assertThat(sandbox.runtime.health()).isEqualTo(new RuntimeHealth(0, 2));
      assertThat(sandbox.runtime.health().problem()).isEmpty();
      Answered first = sandbox.getOn(0, stuck, "/");
      Answered second = sandbox.getOn(1, stuck, "/");
      assertThat(first.failure().code()).isEqualTo(Code.CPU_LIMIT);
      assertThat(second.failure().code()).isEqualTo(Code.CPU_LIMIT);
      Sandbox.await("both are stuck", () -> sandbox.runtime.health().unhealthy());
      assertThat(sandbox.runtime.health().problem())
          .isEqualTo("2 functions could not be stopped and run on (unhealthy from 2)");
      sandbox.letGo();
      Sandbox.await(
          "both have ended", () -> sandbox.runtime.health().equals(new RuntimeHealth(0, 2)));
      assertThat(sandbox.runtime.load().abandonedLanes()).isEqualTo(2);
    }
  }

  @Test
  void theNumberThatIsTooManyCanBeSet() {
    try (FunctionRuntime runtime =
        FunctionRuntime.builder()
            .lanes(1)
            .limits(RuntimeLimits.builder().stuckThreads(5).build())
            .build()) {
      assertThat(runtime.health().unhealthyFrom()).isEqualTo(5);
    }
    assertThatThrownBy(() -> RuntimeLimits.builder().stuckThreads(-1).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("stuckThreads: -1 (expected: >= 0)");
  }
}
