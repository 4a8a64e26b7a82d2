package dev.brink.exec;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of the tests in a JVM of its own, with the flags of this one: for what breaks a whole
 * process, or has to be the first thing in it.
 */
final class TestJvm {
  /** For the tests that run one: enough for {@link #WALL}, and to end it. In seconds. */
  static final int TIMEOUT = 660;

  /**
   * What it may use before it counts as one that never ends: as much as it wants, and no more on a
   * machine that is busy with other things.
   */
  private static final Duration CPU = Duration.ofMinutes(5);

  /** For one that waits and uses nothing. */
  private static final Duration WALL = Duration.ofMinutes(10);

  /**
   * One that has ended.
   *
   * @param lines all that it printed, to its log too
   */
  record Ended(int status, List<String> lines) {
    String text() {
      return String.join("\n", lines);
    }
  }

  /**
   * Runs a program to its end.
   *
   * @param heap the most that its heap may hold, as after {@code -Xmx}
   * @throws AssertionError when it does not end; it is killed then, as it is in every other case
   */
  static Ended run(String heap, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    return run(heap, List.of(), main, arguments);
  }

  /** The same with flags that this JVM does not have. */
  static Ended run(String heap, List<String> flags, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile("brink-test-jvm", ".log");
    try {
      Process process =
          new ProcessBuilder(command(heap, flags, main, arguments))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      try {
        if (!ends(process)) {
          throw new AssertionError(main.getName() + " does not end:\n" + Files.readString(output));
        }
      } finally {
        process.destroyForcibly().waitFor();
      }
      return new Ended(process.exitValue(), Files.readAllLines(output));
    } finally {
      Files.delete(output);
    }
  }

  private static List<String> command(
      String heap, List<String> flags, Class<?> main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-javaagent:") && !flag.startsWith("-agentlib:"))
        .forEach(command::add);
    // The last of several counts.
    command.add("-Xmx" + heap);
    command.addAll(flags);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static boolean ends(Process process) throws InterruptedException {
    long end = System.nanoTime() + WALL.toNanos();
    while (!process.waitFor(1, TimeUnit.SECONDS)) {
      Duration used = process.info().totalCpuDuration().orElse(Duration.ZERO);
      if (used.compareTo(CPU) > 0 || System.nanoTime() - end > 0) {
        return false;
      }
    }
    return true;
  }

  private TestJvm() {}
}
