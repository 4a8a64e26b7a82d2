package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.PurgeResult;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cache on three nodes, in front of an origin that counts what it is asked. */
class MeshCacheTest {
  private final AtomicInteger asked = new AtomicInteger();
  private final CountDownLatch answer = new CountDownLatch(1);

  @Test
  void isOneCacheOnAllNodes(@TempDir Path directory) throws Exception {
    HttpServer origin = origin();
    try (TestMesh mesh = TestMesh.start(directory, 3);
        Site site = Site.of(mesh)) {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("files")
                  .server(URI.create("http://127.0.0.1:" + origin.getAddress().getPort()))
                  .route("/files/*")
                  .cache(CachePolicy.DEFAULT)
                  .build());

      aHerdOnAllNodesAsksOnce(site);
      aPurgeIsSeenOnAllNodes(mesh, site);
      anUnsafeRequestIsSeenOnAllNodes(site);
    } finally {
      origin.stop(0);
    }
  }

  private void aHerdOnAllNodesAsksOnce(Site site) throws Exception {
    List<CompletableFuture<HttpResponse<String>>> herd = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      herd.add(site.getAsync(i % 3, "/files/a"));
    }
    TestMesh.until(() -> asked.get() > 0);
    answer.countDown();
    for (CompletableFuture<HttpResponse<String>> each : herd) {
      assertThat(each.get(30, TimeUnit.SECONDS).body()).isEqualTo("1");
    }
    assertThat(asked).hasValue(1);
  }

  private void aPurgeIsSeenOnAllNodes(TestMesh mesh, Site site) throws Exception {
    PurgeResult result = mesh.node(1).mesh().purge(Purge.of(Purge.Scope.TAG, "files"));
    assertThat(result.nodes()).hasSize(3);
    assertThat(result.complete()).isTrue();
    for (int node = 0; node < 3; node++) {
      HttpResponse<String> fresh = site.get(node, "/files/a");
      assertThat(fresh.body()).isEqualTo("2");
      assertThat(fresh.headers().firstValue("brink-stamp")).isEmpty();
    }
    assertThat(asked).hasValue(2);
  }

  private void anUnsafeRequestIsSeenOnAllNodes(Site site) throws Exception {
    site.post(2, "/files/a");
    for (int node = 0; node < 3; node++) {
      assertThat(site.get(node, "/files/a").body()).isEqualTo("4");
    }
    assertThat(asked).hasValue(4);
  }

  private HttpServer origin() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/",
        exchange -> {
          byte[] body = Integer.toString(asked.incrementAndGet()).getBytes(UTF_8);
          try {
            answer.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          exchange.getRequestBody().readAllBytes();
          exchange.getResponseHeaders().set("cache-control", "max-age=600");
          exchange.getResponseHeaders().set("cache-tag", "files");
          // What nodes say to each other is not the origin's to say: no purge would hit this.
          exchange.getResponseHeaders().set("brink-stamp", "999999999999999999");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    return server;
  }
}
