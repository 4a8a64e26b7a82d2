package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FunctionBundleTest {
  private static final Map<String, byte[]> MODULES = Map.of("main.js", new byte[0]);

  @Test
  void whatCannotBeLoadedIsNamed() {
    assertThatThrownBy(() -> bundle(" ", "main.js"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name: empty (expected: what logs call the function)");
    assertThatThrownBy(() -> bundle("t/f", "index.js"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("main: index.js (expected: one of the modules [main.js])");
  }

  @Test
  void limitsThatLeaveNothingAreNamed() {
    Duration ms = Duration.ofMillis(1);
    refused(Duration.ZERO, ms, 1, 0, 0, 0, 1, "cpu: PT0S (expected: more than 0)");
    refused(ms, ms.negated(), 1, 0, 0, 0, 1, "wall: PT-0.001S (expected: more than 0)");
    refused(ms, ms, 0, 0, 0, 0, 1, "memoryBytes: 0 (expected: >= 1)");
    refused(ms, ms, 1, -1, 0, 0, 1, "requestBodyBytes: -1 (expected: >= 0)");
    refused(ms, ms, 1, 0, -1, 0, 1, "responseBodyBytes: -1 (expected: >= 0)");
    refused(ms, ms, 1, 0, 0, -1, 1, "subrequests: -1 (expected: >= 0)");
    refused(ms, ms, 1, 0, 0, 0, 0, "concurrency: 0 (expected: >= 1)");
  }

  private static void refused(
      Duration cpu,
      Duration wall,
      long memory,
      long request,
      long response,
      int subrequests,
      int concurrency,
      String message) {
    assertThatThrownBy(
            () ->
                new FunctionLimits(cpu, wall, memory, request, response, subrequests, concurrency))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static FunctionBundle bundle(String name, String main) {
    return new FunctionBundle(name, main, MODULES, FunctionLimits.DEFAULT, Map.of(), Set.of());
  }
}
