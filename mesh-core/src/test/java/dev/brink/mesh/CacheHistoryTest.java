package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.PurgeResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks a history of reads while what is read changes and is purged, and while a node goes and
 * comes: no read that began after a purge was acknowledged gives what was purged, and no reader is
 * given an older version than it has seen.
 */
class CacheHistoryTest {
  private static final int PAGES = 2;
  private static final int PURGES = 60;

  /** What the origin has. */
  private final AtomicIntegerArray versions = new AtomicIntegerArray(PAGES);

  /** What no read that begins now may be older than. */
  private final AtomicIntegerArray acknowledged = new AtomicIntegerArray(PAGES);

  private final AtomicBoolean over = new AtomicBoolean();
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();
  private final AtomicIntegerArray reads = new AtomicIntegerArray(2);

  @Test
  void noReadIsOlderThanAPurgeOrThanAReadBefore(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin = origin();
        CachedSite cached = CachedSite.start(directory, origin, "pages", CachePolicy.DEFAULT);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      TestMesh mesh = cached.mesh();
      Site site = cached.site();
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int node = 0; node < 2; node++) {
        for (int page = 0; page < PAGES; page++) {
          int at = node;
          int of = page;
          readers.add(CompletableFuture.runAsync(() -> read(site, at, of), threads));
        }
      }
      try {
        for (int i = 0; i < PURGES; i++) {
          if (i == PURGES / 3) {
            mesh.stop(mesh.node(2));
          } else if (i == 2 * PURGES / 3) {
            mesh.add("n2");
          }
          purge(mesh, i);
        }
      } finally {
        over.set(true);
      }
      for (CompletableFuture<Void> reader : readers) {
        reader.get(30, TimeUnit.SECONDS);
      }
      assertThat(faults).isEmpty();
      assertThat(origin.asked.get()).as("reads that the cache answered").isLessThan(reads());
    }
  }

  private int reads() {
    return reads.get(0) + reads.get(1);
  }

  private void purge(TestMesh mesh, int round) throws InterruptedException {
    int page = round % PAGES;
    int version = versions.incrementAndGet(page);
    Purge.Scope scope = round % 2 == 0 ? Purge.Scope.URL : Purge.Scope.TAG;
    String name = scope == Purge.Scope.URL ? "http://site.example/pages/" + page : "page" + page;
    TestMesh.until(() -> isPurged(mesh.node(round % 2).mesh().purge(Purge.of(scope, name))));
    acknowledged.set(page, version);
  }

  /** Where it is read. What takes a node long on a busy machine is asked for again. */
  private static boolean isPurged(PurgeResult result) {
    return result.nodes().stream()
        .filter(each -> !each.node().equals("n2"))
        .allMatch(PurgeResult.NodePurge::done);
  }

  private void read(Site site, int node, int page) {
    int seen = 0;
    while (!over.get()) {
      int least = Math.max(seen, acknowledged.get(page));
      try {
        int version = Integer.parseInt(site.get(node, "/pages/" + page).body());
        if (version < least) {
          faults.add("page " + page + " at node " + node + ": " + version + " after " + least);
        }
        seen = Math.max(seen, version);
        reads.incrementAndGet(node);
      } catch (IOException | NumberFormatException e) {
        faults.add("page " + page + " at node " + node + ": " + e);
        return;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** What it sends is as old as when it was asked, however long that takes. */
  private CountingOrigin origin() throws IOException {
    return new CountingOrigin(
        (exchange, count) -> {
          String path = exchange.getRequestURI().getPath();
          int page = Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
          String version = Integer.toString(versions.get(page));
          Thread.sleep(ThreadLocalRandom.current().nextInt(8));
          CountingOrigin.send(
              exchange,
              version,
              "cache-control",
              "max-age=600",
              "content-type",
              "text/plain",
              "cache-tag",
              "page" + page);
        });
  }
}
