package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose links are cut while they run. The grid's own connections stay. */
class CutLinksTest {
  private static final int NODES = 3;

  /** Takes more of a message than a hundredth of what a node is told in one. */
  private static final String LONG_TAG = "-".repeat(8_000);

  private static final int TAGS = 150;
  private static final int PAGES = 30;
  private static final Duration TRUSTED_AFTER = Duration.ofSeconds(2);

  private final List<LinkProxy> proxies = new ArrayList<>();

  @AfterEach
  void closeProxies() throws IOException {
    for (LinkProxy proxy : proxies) {
      proxy.close();
    }
  }

  @Test
  void aNodeThatHearsOfNoMajorityValidatesUntilItHasCaughtUp(@TempDir Path directory)
      throws Exception {
    try (CountingOrigin origin = origin();
        TestMesh mesh = start(directory, origin);
        Site site = Site.of(mesh)) {
      for (int node = 0; node < NODES; node++) {
        assertThat(site.get(node, "/files/a").body()).isEqualTo("1");
      }
      assertThat(origin.asked).hasValue(1);

      proxies.forEach(LinkProxy::cut);
      awaitDoubt(origin, site);
      proxies.forEach(LinkProxy::mend);
      for (int node = 0; node < NODES; node++) {
        int at = node;
        TestMesh.until(() -> !asks(site, at, origin, origin.asked.get()));
      }
    }
  }

  @Test
  void whatManyMissedPurgesDoNotHitIsKept(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin = origin();
        TestMesh mesh = start(directory, origin);
        Site site = Site.of(mesh);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int node = 0; node < NODES; node++) {
        for (int page = 0; page < PAGES; page++) {
          assertThat(site.get(node, "/files/kept" + page).body()).isEqualTo("" + (1 + page));
        }
      }
      assertThat(site.get(1, "/files/purged").body()).isEqualTo("" + (PAGES + 1));

      proxies.forEach(LinkProxy::cut);
      awaitDoubt(origin, site);
      List<Future<?>> purges = new ArrayList<>();
      for (int i = 0; i < TAGS; i++) {
        Purge purge = Purge.of(Purge.Scope.TAG, i + LONG_TAG);
        purges.add(threads.submit(() -> mesh.node(0).mesh().purge(purge)));
      }
      Purge last = Purge.of(Purge.Scope.URL, "http://site.example/files/purged");
      purges.add(threads.submit(() -> mesh.node(0).mesh().purge(last)));
      for (Future<?> purge : purges) {
        purge.get();
      }
      proxies.forEach(LinkProxy::mend);
      awaitTrust(origin, site);

      int asked = origin.asked.get();
      for (int node = 0; node < NODES; node++) {
        for (int page = 0; page < PAGES; page++) {
          assertThat(site.get(node, "/files/kept" + page).body()).isEqualTo("" + (1 + page));
        }
      }
      assertThat(origin.asked).hasValue(asked);
      assertThat(site.get(1, "/files/purged").body()).isEqualTo("" + (asked + 1));
    }
  }

  private TestMesh start(Path directory, CountingOrigin origin) throws Exception {
    List<Integer> ports = FreePorts.of(NODES);
    for (int port : ports) {
      proxies.add(new LinkProxy(port));
    }
    TestMesh mesh =
        TestMesh.start(
            directory,
            NODES,
            (index, config) -> {
              config.set("link.port", ports.get(index).toString());
              config.set("link.advertise-address", proxies.get(index).address());
            });
    mesh.node(0)
        .deployments()
        .deploy(
            OriginSpec.builder("files")
                .server(origin.uri())
                .route("/files/*")
                .cache(CachePolicy.DEFAULT)
                .build());
    return mesh;
  }

  private static void awaitDoubt(CountingOrigin origin, Site site) throws InterruptedException {
    for (int node = 0; node < NODES; node++) {
      int at = node;
      int before = origin.asked.get();
      TestMesh.until(() -> asks(site, at, origin, before));
    }
  }

  /**
   * Waits until the origin is not asked for other pages, of which each node is the home of some,
   * for several times as long as a node in doubt goes without.
   */
  private static void awaitTrust(CountingOrigin origin, Site site) throws Exception {
    long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    long quietSince = System.nanoTime();
    int asked = origin.asked.get();
    while (System.nanoTime() - quietSince < TRUSTED_AFTER.toNanos()) {
      assertThat(System.nanoTime()).isLessThan(end);
      for (int i = 0; i < NODES * PAGES; i++) {
        site.get(i % NODES, "/files/other" + i / NODES);
      }
      if (origin.asked.get() != asked) {
        asked = origin.asked.get();
        quietSince = System.nanoTime();
      }
    }
  }

  /** Whether a read at a node reaches the origin. */
  private static boolean asks(Site site, int node, CountingOrigin origin, int before) {
    try {
      assertThat(site.get(node, "/files/a").statusCode()).isEqualTo(200);
      return origin.asked.get() > before;
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static CountingOrigin origin() throws IOException {
    return new CountingOrigin(
        (exchange, count) ->
            CountingOrigin.send(exchange, Integer.toString(count), "cache-control", "max-age=600"));
  }
}
