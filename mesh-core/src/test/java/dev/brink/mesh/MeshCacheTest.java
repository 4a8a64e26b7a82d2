package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.PurgeResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cache on three nodes, in front of an origin that counts what it is asked. */
class MeshCacheTest {
  private final CountDownLatch answer = new CountDownLatch(1);

  @Test
  void isOneCacheOnAllNodes(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin = origin();
        TestMesh mesh = TestMesh.start(directory, 3);
        Site site = Site.of(mesh)) {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("files")
                  .server(origin.uri())
                  .route("/files/*")
                  .cache(CachePolicy.DEFAULT)
                  .build());

      aHerdOnAllNodesAsksOnce(origin, site);
      aPurgeIsSeenOnAllNodes(origin, mesh, site);
      anUnsafeRequestIsSeenOnAllNodes(origin, site);
    }
  }

  private void aHerdOnAllNodesAsksOnce(CountingOrigin origin, Site site) throws Exception {
    List<CompletableFuture<HttpResponse<String>>> herd = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      herd.add(site.getAsync(i % 3, "/files/a"));
    }
    TestMesh.until(() -> origin.asked.get() > 0);
    answer.countDown();
    for (CompletableFuture<HttpResponse<String>> each : herd) {
      assertThat(each.get(30, TimeUnit.SECONDS).body()).isEqualTo("1");
    }
    assertThat(origin.asked).hasValue(1);
  }

  private void aPurgeIsSeenOnAllNodes(CountingOrigin origin, TestMesh mesh, Site site)
      throws Exception {
    PurgeResult result = mesh.node(1).mesh().purge(Purge.of(Purge.Scope.TAG, "files"));
    assertThat(result.nodes()).hasSize(3);
    assertThat(result.complete()).isTrue();
    for (int node = 0; node < 3; node++) {
      HttpResponse<String> fresh = site.get(node, "/files/a");
      assertThat(fresh.body()).isEqualTo("2");
      assertThat(fresh.headers().firstValue("brink-stamp")).isEmpty();
    }
    assertThat(origin.asked).hasValue(2);
  }

  private void anUnsafeRequestIsSeenOnAllNodes(CountingOrigin origin, Site site) throws Exception {
    site.post(2, "/files/a");
    for (int node = 0; node < 3; node++) {
      assertThat(site.get(node, "/files/a").body()).isEqualTo("4");
    }
    assertThat(origin.asked).hasValue(4);
  }

  private CountingOrigin origin() throws IOException {
    return new CountingOrigin(
        (exchange, count) -> {
          answer.await();
          exchange.getRequestBody().readAllBytes();
          CountingOrigin.send(
              exchange,
              Integer.toString(count),
              "cache-control",
              "max-age=600",
              "cache-tag",
              "files",
              // What nodes say to each other is not the origin's to say: no purge would hit this.
              "brink-stamp",
              "999999999999999999");
        });
  }
}
