package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine's classes are initialized in JVMs other than the launcher's, too. */
class EngineClassesTest {
  private static final int ENOUGH = 3_500;

  /** Without the interface that the compiler needs, and with assertions, of which some fail. */
  @ParameterizedTest
  @ValueSource(strings = {"-XX:-EnableJVMCI", "-ea"})
  @Timeout(TestJvm.TIMEOUT)
  void areInitialized(String flag) throws Exception {
    TestJvm.Ended ended = TestJvm.run("512m", List.of(flag), Readied.class);
    assertThat(ended.lines())
        .as(ended.text())
        .noneMatch(line -> line.startsWith("Exception in thread"))
        .filteredOn(line -> line.contains("EngineClasses") && line.contains("Initialized"))
        .singleElement()
        .satisfies(
            line ->
                assertThat(Integer.parseInt(line.replaceAll(".*Initialized (\\d+) .*", "$1")))
                    .isGreaterThan(ENOUGH));
  }

  /** A runtime that gets ready. */
  static final class Readied {
    public static void main(String[] arguments) throws Exception {
      try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).build()) {
        runtime.ready().toCompletableFuture().get(5, TimeUnit.MINUTES);
      }
      System.exit(0);
    }

    private Readied() {}
  }
}
