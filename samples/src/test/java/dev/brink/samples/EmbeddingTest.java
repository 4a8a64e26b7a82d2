package dev.brink.samples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.samples.embed.EmbeddedService;
import dev.brink.samples.kv.GridKeys;
import dev.brink.samples.remote.RemoteDeployment;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(OneNode.class)
class EmbeddingTest {
  private static final Path SOURCES = Path.of("src", "main", "java", "dev", "brink", "samples");

  /** What a program prints. */
  static String output(Program program) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(out);
    }
    return printed.toString(UTF_8);
  }

  interface Program {
    void run() throws Exception;
  }

  @Test
  void aServiceStartsANodeDeploysAndCalls(@TempDir Path data) throws Exception {
    String printed = output(() -> EmbeddedService.main(new String[] {data.toString()}));
    assertThat(printed).containsPattern("Hello from the mesh at http://\\S+:\\d+/hello\n");
  }

  @Test
  void aProgramDeploysToANodeOfAnotherProcess(@TempDir Path folder, SampleNode node)
      throws Exception {
    Path function = Files.createDirectory(folder.resolve("remote"));
    Files.writeString(
        function.resolve("main.js"), "export default { fetch: () => new Response('remote') };");
    String printed =
        output(
            () ->
                RemoteDeployment.main(
                    new String[] {
                      function.toString(),
                      node.node().adminToken(),
                      // The first node is gone, as a node may be: the second does it.
                      "http://127.0.0.1:1",
                      node.node().adminUri().toString()
                    }));
    assertThat(printed).contains(node.node().name() + ": READY in ");
    assertThat(node.node().deployments().invoke("default", "remote", InvokeRequest.get("/")).text())
        .isEqualTo("remote");
  }

  @Test
  void twoMembersShareKeys(@TempDir Path data) throws Exception {
    assertThat(output(() -> GridKeys.main(new String[] {data.toString()})))
        .contains("12 apples, in the same version: true")
        .contains("10 left, and a write that knew 12 was done: false")
        .contains("lately 10");
  }

  @ParameterizedTest
  @ValueSource(strings = {"embed/EmbeddedService.java", "remote/RemoteDeployment.java"})
  void theReadmeShowsTheLinesThatAreCompiled(String file) throws Exception {
    List<String> lines = Files.readAllLines(SOURCES.resolve(file));
    int main = lines.indexOf(mainOf(lines));
    int end = lines.subList(main, lines.size()).indexOf("  }") + main;
    String body = String.join("\n", lines.subList(main + 1, end)).stripIndent();
    assertThat(Files.readString(Path.of("..", "README.md"))).contains("```java\n" + body + "\n```");
  }

  private static String mainOf(List<String> lines) {
    return lines.stream()
        .filter(line -> line.startsWith("  public static void main("))
        .findFirst()
        .orElseThrow();
  }
}
