package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.config.GridConfig;
import dev.brink.mesh.config.KeepAliveConfig;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.placement.warmth.WarmthPolicyKind;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real node keeps warm. An instance counts its calls, so a new one begins at 1. */
class KeepAliveTest {
  private static final String COUNTER =
      "let calls = 0; export default { fetch: () => new Response(String(++calls)) }";

  @TempDir Path directory;

  private MeshNode node(Consumer<KeepAliveConfig.Builder> change) throws Exception {
    MeshNode node =
        MeshNode.builder()
            .name("n0")
            .dataDirectory(directory)
            .ephemeralPorts()
            .configure(
                config ->
                    config
                        .grid(
                            grid ->
                                grid.preset(GridConfig.Preset.LOCAL)
                                    .startTimeout(Duration.ofMinutes(2)))
                        .functions(functions -> functions.lanes(1).keepAlive(change)))
            .start();
    node.deployments().deploy(FunctionSpec.of("counter", COUNTER, "/counter"));
    return node;
  }

  @Test
  void anIdleInstanceGoesAfterItsWindowAndTheNextCallMakesAnother() throws Exception {
    try (MeshNode node =
        node(
            keep ->
                keep.policy(WarmthPolicyKind.FIXED_WINDOW)
                    .switching(false)
                    .window(Duration.ofMillis(1))
                    .least(Duration.ofMillis(100)))) {
      TestMesh.until(() -> metric(node, "brink_keepalive_evicted_total") > 0);
      TestMesh.until(() -> metric(node, "brink_instances") == 0); // the deploy's
      assertThat(get(node.ingressUri(), "/counter")).isEqualTo("1");
      TestMesh.until(() -> metric(node, "brink_instances") == 0);
      assertThat(get(node.ingressUri(), "/counter")).isEqualTo("1");
      TestMesh.until(() -> metric(node, "brink_instances") == 0);
      double made = metric(node, "brink_instances_made_total");
      TestMesh.until(() -> metric(node, "brink_keepalive_evicted_total") == made);
      assertThat(metric(node, "brink_keepalive_regret{policy=\"fixed-window\"}"))
          .as("two cold starts, which the others in its shadow would have spared")
          .isPositive();
    }
  }

  @Test
  void instancesBeyondTheMemoryGoAtOnce() throws Exception {
    try (MeshNode node = node(keep -> keep.memoryBytes(1))) {
      get(node.ingressUri(), "/counter");
      TestMesh.until(() -> metric(node, "brink_keepalive_evicted_total") > 0);
    }
  }

  @Test
  void byDefaultAnInstanceStaysAndEachPolicyIsScored() throws Exception {
    try (MeshNode node = node(keep -> {})) {
      assertThat(get(node.ingressUri(), "/counter")).isEqualTo("1");
      assertThat(get(node.ingressUri(), "/counter")).isEqualTo("2");
      assertThat(metric(node, "brink_keepalive_evicted_total")).isZero();
      assertThat(metric(node, "brink_keepalive_active{policy=\"learned-cost\"}")).isEqualTo(1);
      for (WarmthPolicyKind kind : WarmthPolicyKind.values()) {
        assertThat(metric(node, "brink_keepalive_regret{policy=\"" + kind.spelling() + "\"}"))
            .isNotNegative();
      }
    }
  }

  private static double metric(MeshNode node, String name) {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(name) + " (\\S+)$", Pattern.MULTILINE)
            .matcher(get(node.adminUri(), "/metrics", node.adminToken()));
    assertThat(line.find()).as("metric %s", name).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private static String get(URI base, String path, String... token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(30));
    if (token.length > 0) {
      request.header("authorization", "Bearer " + token[0]);
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString()).join().body();
    }
  }
}
