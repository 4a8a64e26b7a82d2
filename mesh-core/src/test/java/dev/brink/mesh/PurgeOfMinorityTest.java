package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.NodeProcesses.NodeProcess;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.PurgeResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two of three nodes are frozen while the third one purges what they have: its answer says that the
 * grid does not keep that, they give nothing of it when they go on, and the grid keeps it in the
 * end.
 */
@Tag("long")
class PurgeOfMinorityTest {
  private static final String PATH = "/pages/a";

  private final AtomicInteger version = new AtomicInteger();

  @Test
  @Timeout(600) // three processes, one of which starts twice
  void whatAMinorityPurgesStaysPurged(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin =
            new CountingOrigin(
                (exchange, count) ->
                    CountingOrigin.send(
                        exchange,
                        Integer.toString(version.get()),
                        "cache-control",
                        "max-age=600",
                        "cache-tag",
                        "pages"));
        var nodes = new NodeProcesses(directory, Map.of("cache.disk", "64m"))) {
      NodeProcess first = nodes.ready("p0");
      NodeProcess second = nodes.ready("p1");
      NodeProcess third = nodes.ready("p2");
      try (MeshClient mesh = first.connect()) {
        mesh.deployments()
            .deploy(
                OriginSpec.builder("pages")
                    .server(origin.uri())
                    .route("/pages/*")
                    .cache(CachePolicy.DEFAULT)
                    .build());
        TestMesh.until(() -> live(mesh) == 3);
        for (NodeProcess node : List.of(first, second, third)) {
          assertThat(nodes.get(node.ingress().resolve(PATH)).body()).isEqualTo("0");
        }
        second.freeze();
        third.freeze();
        TestMesh.until(() -> mesh.nodes().size() == 1);

        version.set(1);
        PurgeResult result = mesh.purge(Purge.of(Purge.Scope.TAG, "pages"));
        assertThat(result.unrecorded()).contains("majority");
        assertThat(result.complete()).isFalse();
        assertThat(result.nodes().stream().filter(PurgeResult.NodePurge::done)).hasSize(1);

        third.kill();
        second.thaw();
        assertThat(nodes.get(second.ingress().resolve(PATH)).body()).isEqualTo("1");
        TestMesh.until(() -> live(mesh) == 2);
        assertThat(nodes.get(second.ingress().resolve(PATH)).body()).isEqualTo("1");
        TestMesh.until(() -> unrecorded(nodes, first) == 0);

        // Nobody but the grid tells the third one.
        first.kill();
        NodeProcess again = nodes.ready("p2");
        assertThat(nodes.get(again.ingress().resolve(PATH)).body()).isEqualTo("1");
      }
    }
  }

  private static double unrecorded(NodeProcesses nodes, NodeProcess node) {
    try {
      return nodes
          .metrics(node)
          .lines()
          .filter(line -> line.startsWith("brink_cache_purges_unrecorded "))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static long live(MeshClient mesh) {
    return mesh.nodes().stream().filter(node -> node.state().equals("live")).count();
  }
}
