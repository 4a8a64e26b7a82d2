package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine's classes are initialized in a JVM that can't compile JavaScript, too. */
class EngineClassesTest {
  private static final int ENOUGH = 3_500;

  @Test
  @Timeout(TestJvm.TIMEOUT)
  void areInitializedWithoutTheCompilersInterface() throws Exception {
    TestJvm.Ended ended = TestJvm.run("512m", List.of("-XX:-EnableJVMCI"), Interpreted.class);
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
  static final class Interpreted {
    public static void main(String[] arguments) throws Exception {
      try (FunctionRuntime runtime = FunctionRuntime.builder().lanes(1).build()) {
        runtime.ready().toCompletableFuture().get(5, TimeUnit.MINUTES);
      }
      System.exit(0);
    }

    private Interpreted() {}
  }
}
