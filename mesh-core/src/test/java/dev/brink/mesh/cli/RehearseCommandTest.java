package dev.brink.mesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs real nodes in this process. */
class RehearseCommandTest {
  @TempDir Path folder;

  @Test
  void startsDeploysAsksAndStops() throws IOException {
    Path hello = Files.createDirectory(folder.resolve("hello"));
    Files.writeString(hello.resolve("brink.json"), "{\"routes\": [\"/hello\"]}");
    Files.writeString(
        hello.resolve("main.js"),
        "export default { fetch(request) { return new Response('hello ' + request.method); } };");
    Path plan = folder.resolve("demo.json");
    Files.writeString(
        plan,
        """
        [{"function": "hello", "path": "/hello", "expect": {"contains": "hello GET"}}]
        """);
    Run right = new Run().launcher(MeshNodeLauncher::start);
    assertThat(right.run("rehearse", "--seconds", "0", "--functions", folder.toString()))
        .as(right.err())
        .isZero();

    Files.writeString(plan, "[{\"function\": \"hello\", \"path\": \"/none\"}]");
    Run wrong = new Run().launcher(MeshNodeLauncher::start);
    assertThat(wrong.run("rehearse", "--seconds", "0", "--functions", folder.toString()))
        .isEqualTo(1);
    assertThat(wrong.err())
        .contains("rehearsal: 2 answers were not right, the first: demo, GET http://127.0.0.1:")
        .contains("/none: status 404, expected 200: ");
  }

  @Test
  void badArgumentsAreUsage() {
    Run run = new Run();
    assertThat(run.run("rehearse", "--seconds", "-1", "--functions", folder.toString()))
        .isEqualTo(2);
    assertThat(run.err()).isEqualTo("brink rehearse: --seconds: -1 (expected: 0 to 600)\n");
  }
}
