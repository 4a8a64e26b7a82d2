package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.mesh.NodeProcesses.NodeProcess;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.PurgeResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
 * Checks histories of reads through three processes that keep their caches on disk, while one after
 * the other, the home of what is read among them, is killed or frozen, and what it has is purged:
 * no read is older than an acknowledged purge or than one before it, neither at the others nor at
 * the node itself, from its first answer on.
 */
@Tag("long")
class CacheKillTest {
  private static final int NODES = 3;
  private static final int ROUNDS = 8;

  /** Of what is away when a purge is acknowledged nothing older is taken, from the start. */
  private final ReadHistory history = new ReadHistory(Duration.ZERO);

  private volatile int victim = -1;

  @Test
  @Timeout(1200) // three processes that start again and again
  void nothingThatWasPurgedComesBackWithANode(@TempDir Path directory) throws Exception {
    long seed = System.nanoTime();
    var random = new Random(seed);
    try (CountingOrigin origin = history.origin();
        var nodes = new NodeProcesses(directory, Map.of("cache.disk", "64m"));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<NodeProcess> all = new ArrayList<>();
      for (int i = 0; i < NODES; i++) {
        all.add(nodes.ready(ReadHistory.name(i)));
      }
      try (MeshClient mesh = all.getFirst().connect();
          Site site = Site.of(all.stream().map(NodeProcess::ingress).toList())) {
        mesh.deployments()
            .deploy(
                OriginSpec.builder("pages")
                    .server(origin.uri())
                    .route("/pages/*")
                    .cache(CachePolicy.DEFAULT)
                    .build());
        awaitAll(mesh, NODES);
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < NODES * ReadHistory.PAGES; i++) {
          int node = i % NODES;
          int page = i / NODES;
          readers.add(
              CompletableFuture.runAsync(
                  () -> history.read(site, node, page, each -> each == victim), threads));
        }
        for (int round = 0; round < ROUNDS; round++) {
          int chosen = random.nextInt(NODES);
          victim = chosen;
          if (random.nextBoolean()) {
            all.get(chosen).kill();
            purge(all, random, chosen);
            all.set(chosen, nodes.ready(ReadHistory.name(chosen)));
          } else {
            freeze(all, random, chosen);
          }
          read(site, chosen);
          try (MeshClient again = all.get(chosen).connect()) {
            awaitAll(again, NODES);
          }
          victim = -1;
          read(site, chosen);
          purge(all, random, -1);
        }
        history.end();
        for (CompletableFuture<Void> reader : readers) {
          reader.get(60, TimeUnit.SECONDS);
        }
      } finally {
        history.end();
      }
    }
    assertThat(history.faults()).as("seed %d", seed).isEmpty();
    assertThat(history.reads()).isGreaterThan(ROUNDS * 10);
  }

  /** Frozen for longer than the others wait for it, while what it has is purged. */
  private void freeze(List<NodeProcess> all, Random random, int chosen) throws Exception {
    all.get(chosen).freeze();
    try (MeshClient other = all.get((chosen + 1) % NODES).connect()) {
      awaitAll(other, NODES - 1);
    }
    purge(all, random, chosen);
    all.get(chosen).thaw();
  }

  /** Before it can have heard of anything. */
  private void read(Site site, int node) {
    for (int page = 0; page < ReadHistory.PAGES; page++) {
      int _ = history.readOnce(site, node, page, 0, each -> each == victim);
    }
  }

  /** Changes pages and purges them, until all but a missing node have taken note. */
  private void purge(List<NodeProcess> all, Random random, int missing) throws Exception {
    ReadHistory.Change change = history.change(random);
    int asked = missing < 0 ? random.nextInt(NODES) : (missing + 1) % NODES;
    try (MeshClient mesh = all.get(asked).connect()) {
      TestMesh.until(
          () -> {
            PurgeResult result = mesh.purge(change.purge());
            return result.unrecorded().isEmpty()
                && result.nodes().stream()
                    .filter(node -> missing < 0 || !node.node().equals(ReadHistory.name(missing)))
                    .allMatch(PurgeResult.NodePurge::done);
          });
    }
    history.acknowledged(change, all.stream().map(NodeProcess::name).collect(Collectors.toSet()));
  }

  private static void awaitAll(MeshClient mesh, int count) throws InterruptedException {
    TestMesh.until(
        () -> mesh.nodes().stream().filter(node -> node.state().equals("live")).count() == count);
  }
}
