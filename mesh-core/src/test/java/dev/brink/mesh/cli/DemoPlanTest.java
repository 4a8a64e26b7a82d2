package dev.brink.mesh.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.deploy.DeploymentSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoPlanTest {
  @TempDir Path folder;

  @BeforeEach
  void makeFunctions() throws IOException {
    for (String name : new String[] {"b", "a"}) {
      Files.createDirectory(folder.resolve(name));
      Files.writeString(folder.resolve(name).resolve("main.js"), "export default {}");
    }
    Files.createDirectory(folder.resolve("node_modules"));
  }

  @Test
  void readsFunctionsAndRequests() throws IOException {
    Files.writeString(folder.resolve("it's.md"), "# hi");
    demo(
        """
        [
          {"function": "a", "path": "/a?x=1"},
          {"function": "b", "method": "PUT", "path": "/b", "headers": {"A": "b c"},
           "bodyFile": "it's.md", "expect": {"status": 201, "contains": "<h1>"}},
          {"function": "b", "body": "x y"}
        ]
        """);

    DemoPlan plan = DemoPlan.read(folder);

    assertThat(plan.specs()).extracting(DeploymentSpec::name).containsExactly("a", "b");
    DemoRequest get = plan.requests().get(0);
    assertThat(get.method()).isEqualTo("GET");
    assertThat(get.status()).isEqualTo(200);
    assertThat(get.curl("http://h:1")).isEqualTo("curl 'http://h:1/a?x=1'");
    DemoRequest put = plan.requests().get(1);
    assertThat(put.body()).asString().isEqualTo("# hi");
    assertThat(put.headers()).containsExactly(Map.entry("A", "b c"));
    assertThat(put.status()).isEqualTo(201);
    assertThat(put.contains()).isEqualTo("<h1>");
    assertThat(put.curl("http://h:1"))
        .startsWith("curl -X PUT -H 'A: b c' --data-binary '@/")
        .endsWith("/it'\\''s.md' http://h:1/b");
    assertThat(plan.requests().get(2).method()).isEqualTo("POST");
    assertThat(plan.requests().get(2).curl("http://h"))
        .isEqualTo("curl --data-binary 'x y' http://h/");
  }

  @Test
  void mistakesAreNamed() throws IOException {
    assertThatThrownBy(() -> DemoPlan.read(folder))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("with a demo.json");
    demo("{");
    assertThatThrownBy(() -> DemoPlan.read(folder)).hasMessageContaining("not a list of requests");
    demo("[{\"pth\": \"/\"}]");
    assertThatThrownBy(() -> DemoPlan.read(folder)).hasMessageContaining("pth: unknown key");
    demo("[{\"bodyFile\": \"none\"}]");
    assertThatThrownBy(() -> DemoPlan.read(folder)).hasMessageContaining("bodyFile: none");
  }

  private void demo(String json) throws IOException {
    Files.writeString(folder.resolve("demo.json"), json);
  }
}
