package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes whose links are cut while they run. The grid's own connections stay. */
class CutLinksTest {
  private static final int NODES = CachedSite.NODES;

  /** Takes more of a message than a hundredth of what a node is told in one. */
  private static final String LONG_TAG = "-".repeat(8_000);

  private static final int TAGS = 150;
  private static final int PAGES = 30;
  private static final Duration TRUSTED_AFTER = Duration.ofSeconds(2);

  @Test
  void aNodeThatHearsOfNoMajorityValidatesUntilItHasCaughtUp(@TempDir Path directory)
      throws Exception {
    try (CountingOrigin origin = origin();
        var proxies = new LinkProxies(NODES);
        CachedSite cached = start(directory, origin, proxies)) {
      Site site = cached.site();
      for (int node = 0; node < NODES; node++) {
        assertThat(site.get(node, "/files/a").body()).isEqualTo("1");
      }
      assertThat(origin.asked).hasValue(1);

      proxies.cutAll();
      awaitDoubt(origin, site);
      proxies.mendAll();
      for (int node = 0; node < NODES; node++) {
        int at = node;
        TestMesh.until(() -> !asks(site, at, origin, origin.asked.get()));
      }
    }
  }

  @Test
  void whatManyMissedPurgesDoNotHitIsKept(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin = origin();
        var proxies = new LinkProxies(NODES);
        CachedSite cached = start(directory, origin, proxies);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Site site = cached.site();
      MeshNode purging = cached.mesh().node(0);
      for (int node = 0; node < NODES; node++) {
        for (int page = 0; page < PAGES; page++) {
          assertThat(site.get(node, "/files/kept" + page).body()).isEqualTo("" + (1 + page));
        }
      }
      assertThat(site.get(1, "/files/purged").body()).isEqualTo("" + (PAGES + 1));

      proxies.cutAll();
      awaitDoubt(origin, site);
      List<Future<?>> purges = new ArrayList<>();
      for (int i = 0; i < TAGS; i++) {
        Purge purge = Purge.of(Purge.Scope.TAG, i + LONG_TAG);
        purges.add(threads.submit(() -> purging.mesh().purge(purge)));
      }
      Purge last = Purge.of(Purge.Scope.URL, "http://site.example/files/purged");
      purges.add(threads.submit(() -> purging.mesh().purge(last)));
      for (Future<?> purge : purges) {
        purge.get();
      }
      proxies.mendAll();
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

  private static CachedSite start(Path directory, CountingOrigin origin, LinkProxies proxies)
      throws Exception {
    return CachedSite.start(directory, origin, "files", CachePolicy.DEFAULT, proxies);
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
