package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.PurgeResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks histories of reads through three nodes that all serve and purge while the links to some or
 * all of them are cut. The grid's own connections stay.
 */
class PartitionHistoryTest {
  private static final int NODES = CachedSite.NODES;

  /** 2.5 s until a node knows that it is cut off, and what a slow machine adds. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  @Test
  @Timeout(180) // starts three nodes
  void noReadIsOlderThanAPurgeWhileLinksAreCut(@TempDir Path directory) throws Exception {
    check(directory, 7, 5);
  }

  @Test
  @Tag("long")
  @Timeout(900)
  void norInALongHistory(@TempDir Path directory) throws Exception {
    check(directory, System.nanoTime(), 60);
  }

  private static void check(Path directory, long seed, int rounds) throws Exception {
    var random = new Random(seed);
    var history = new ReadHistory(GRACE);
    try (CountingOrigin origin = history.origin();
        var proxies = new LinkProxies(NODES);
        CachedSite cached =
            CachedSite.start(directory, origin, "pages", CachePolicy.DEFAULT, proxies);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      TestMesh mesh = cached.mesh();
      Site site = cached.site();
      List<CompletableFuture<Void>> readers = new ArrayList<>();
      for (int i = 0; i < NODES * ReadHistory.PAGES; i++) {
        int node = i % NODES;
        int page = i / NODES;
        readers.add(
            CompletableFuture.runAsync(
                () -> history.read(site, node, page, any -> false), threads));
      }
      try {
        for (int round = 0; round < rounds; round++) {
          int victim = random.nextInt(NODES + 1);
          for (int i = 0; i < NODES; i++) {
            if (victim == NODES || victim == i) {
              proxies.cut(i);
            }
          }
          purge(history, mesh, random);
          purge(history, mesh, random);
          proxies.mendAll();
          purge(history, mesh, random);
        }
      } finally {
        history.end();
        proxies.mendAll();
      }
      for (CompletableFuture<Void> reader : readers) {
        reader.get(60, TimeUnit.SECONDS);
      }
      assertThat(history.faults()).as("seed %d", seed).isEmpty();
      assertThat(history.reads()).isGreaterThan(rounds * 10);
    }
  }

  private static void purge(ReadHistory history, TestMesh mesh, Random random) {
    ReadHistory.Change change = history.change(random);
    PurgeResult result = mesh.node(random.nextInt(NODES)).mesh().purge(change.purge());
    history.acknowledged(
        change,
        result.nodes().stream()
            .filter(PurgeResult.NodePurge::done)
            .map(PurgeResult.NodePurge::node)
            .collect(Collectors.toSet()));
  }
}
