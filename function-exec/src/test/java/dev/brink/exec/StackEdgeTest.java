package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a function breaks by using up its stack is its own. */
class StackEdgeTest {
  @TempDir Path folder;

  /** In a JVM of its own, where nothing has been used before. */
  @Test
  void whatIsFirstUsedWhereTheStackEndsWorksForOthers() throws Exception {
    shows(run());
  }

  @Test
  void whatIsFirstUsedOfWebAssemblyThereDoesToo() throws Exception {
    shows(run(StackEdge.WASM));
  }

  private static void shows(List<String> said) {
    String all = String.join("\n", said);
    assertThat(said).as(all).filteredOn(line -> line.startsWith(StackEdge.WRONG)).isEmpty();
    assertThat(said).as(all).filteredOn(line -> line.startsWith(StackEdge.TRIED)).hasSize(1);
  }

  private List<String> run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> !flag.startsWith("-javaagent:") && !flag.startsWith("-Xmx"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add(StackEdge.class.getName());
    command.addAll(List.of(arguments));
    Path output = folder.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return Files.readAllLines(output);
  }
}
