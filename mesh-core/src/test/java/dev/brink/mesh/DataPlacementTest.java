package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.KeyValueBinding;
import dev.brink.placement.Hints;
import dev.brink.placement.Near;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions that read keys run near these, when the ingress is far from them. */
class DataPlacementTest {
  private static final int READS = 4;
  private static final int MAX_KEYS = 60;

  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    Map<String, Duration> toLast = Map.of("n2", Duration.ofMillis(100));
    mesh =
        TestMesh.start(
            directory,
            3,
            (index, config) -> {
              if (index < 2) {
                config.placement(placement -> placement.emulatedRtt(toLast));
              }
            });
  }

  @AfterAll
  static void stop() {
    if (mesh != null) {
      mesh.close();
    }
  }

  private static List<Explanation.Candidate> candidates(String path) {
    return mesh.node(0).mesh().explain(URI.create(path), List.of()).candidates();
  }

  private static double data(String path, String node) {
    return candidates(path).stream()
        .filter(each -> each.node().equals(node))
        .mapToDouble(Explanation.Candidate::dataMillis)
        .findFirst()
        .orElseThrow();
  }

  private static String run(String path) {
    try {
      return mesh.get(mesh.node(0), path).headers().firstValue("brink-node").orElse("");
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads one key a few times in each call. */
  private static void deploy(String name, String key, Near near) {
    String source =
        "export default { async fetch(request, env) { let sum = 0;"
            + (" for (let i = 0; i < " + READS + "; i++)")
            + (" sum += Number(await env.STORE.get('" + key + "') ?? 0);")
            + " return new Response(String(sum)); } };";
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.builder(name)
                .module("main.js", source)
                .kv("STORE", KeyValueBinding.of("data"))
                .route("/" + name)
                .placement(
                    new FunctionPlacement(Hints.builder().near(near).build(), new Affinity.None()))
                .build(),
            DeployOptions.DEFAULT);
  }

  /** Deploys readers of one key after the other until one's key is at the node that is far. */
  private static String farKey() throws InterruptedException {
    for (int i = 0; i < MAX_KEYS; i++) {
      String path = "/reader-" + i;
      deploy("reader-" + i, "key-" + i, new Near.Caller());
      TestMesh.until(
          () -> {
            run(path);
            return candidates(path).stream().anyMatch(each -> each.dataMillis() > 0);
          });
      if (data(path, "n2") == 0) {
        return "" + i;
      }
    }
    throw new AssertionError("no key of " + MAX_KEYS + " at n2");
  }

  @Test
  void aFunctionRunsWhereTheKeysAreThatItReads() throws Exception {
    String key = farKey();
    String path = "/reader-" + key;
    TestMesh.until(
        () ->
            run(path).equals("n2")
                && data(path, "n0") > 0.9 * READS * 100
                && data(path, "n1") > 0.9 * READS * 100
                && data(path, "n2") == 0);
    assertThat(candidates(path))
        .filteredOn(Explanation.Candidate::chosen)
        .extracting(Explanation.Candidate::node)
        .containsExactly("n2");

    deploy("near", "key-" + key, new Near.Data());
    TestMesh.until(
        () ->
            run("/near").equals("n2")
                && candidates("/near").stream()
                    .filter(each -> each.excluded().isEmpty())
                    .map(Explanation.Candidate::node)
                    .toList()
                    .equals(List.of("n2")));
  }
}
