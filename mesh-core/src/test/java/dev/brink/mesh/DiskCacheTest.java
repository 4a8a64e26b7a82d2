package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.PurgeResult;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes that keep what they cache on disk, and are not always there. */
class DiskCacheTest {
  @Test
  void aNodeComesBackWarmButNotWithWhatWasPurgedMeanwhile(@TempDir Path directory)
      throws Exception {
    try (CountingOrigin origin = origin()) {
      try (TestMesh mesh = TestMesh.start(directory, 2, (index, config) -> onDisk(config))) {
        mesh.node(0)
            .deployments()
            .deploy(
                OriginSpec.builder("files")
                    .server(origin.uri())
                    .route("/files/*")
                    .cache(CachePolicy.DEFAULT)
                    .build());
        try (Site site = Site.of(mesh)) {
          for (int node = 0; node < 2; node++) {
            assertThat(site.get(node, "/files/kept").body()).isEqualTo("1");
            assertThat(site.get(node, "/files/gone").body()).isEqualTo("2");
          }
        }

        mesh.stop(mesh.node(1));
        TestMesh.until(() -> mesh.node(0).mesh().nodes().size() == 1);
        PurgeResult purged =
            mesh.node(0).mesh().purge(Purge.of(Purge.Scope.URL, "http://site.example/files/gone"));
        assertThat(purged.complete()).isTrue();
        assertThat(purged.nodes()).hasSize(1);

        mesh.add("n1", DiskCacheTest::onDisk);
        mesh.awaitLinks();
        try (Site site = Site.of(mesh)) {
          assertThat(site.get(1, "/files/kept").body()).isEqualTo("1");
          assertThat(origin.asked).hasValue(2);
          assertThat(site.get(1, "/files/gone").body()).isEqualTo("3");
          assertThat(site.get(0, "/files/gone").body()).isEqualTo("3");
        }
        mesh.node(0).mesh().purge(Purge.of(Purge.Scope.URL, "http://site.example/files/gone"));
      }

      // All are gone. The first that is back can't know what the other has heard.
      try (TestMesh mesh = TestMesh.start(directory, 1, (index, config) -> onDisk(config))) {
        try (Site site = Site.of(mesh)) {
          assertThat(site.get(0, "/files/kept").body()).isEqualTo("4");
        }
        mesh.add("n1", DiskCacheTest::onDisk);
        mesh.awaitLinks();
        try (Site site = Site.of(mesh)) {
          for (int node = 0; node < 2; node++) {
            assertThat(site.get(node, "/files/gone").body()).isEqualTo("5");
          }
        }
      }
    }
  }

  private static void onDisk(NodeConfig.Builder config) {
    config.set("cache.disk", "32m");
  }

  private static CountingOrigin origin() throws IOException {
    return new CountingOrigin(
        (exchange, count) ->
            CountingOrigin.send(exchange, Integer.toString(count), "cache-control", "max-age=600"));
  }
}
