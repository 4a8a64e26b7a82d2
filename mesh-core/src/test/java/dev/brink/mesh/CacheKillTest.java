package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.NodeProcesses.NodeProcess;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.PurgeResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks histories of reads while a node that keeps its cache on disk is killed and cut off: at the
 * others no read is older than an acknowledged purge or than one before it, and neither is one at
 * the node itself, once it is ready again or back among the others.
 */
@Tag("long")
class CacheKillTest {
  private static final int ROUNDS = 8;
  private static final String PATH = "/pages/a";

  /** What the origin has, and what no read that begins now may be older than. */
  private final AtomicInteger version = new AtomicInteger();

  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger reads = new AtomicInteger();
  private final AtomicBoolean over = new AtomicBoolean();
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

  @Test
  @Timeout(400) // three processes, one of which starts eight times
  void nothingThatWasPurgedComesBackWithANode(@TempDir Path directory) throws Exception {
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
        var nodes = new NodeProcesses(directory, Map.of("cache.disk", "64m"));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      NodeProcess first = nodes.ready("p0");
      NodeProcess second = nodes.ready("p1");
      NodeProcess victim = nodes.ready("p2");
      try (MeshClient mesh = first.connect()) {
        mesh.deployments()
            .deploy(
                OriginSpec.builder("pages")
                    .server(origin.uri())
                    .route("/pages/*")
                    .cache(CachePolicy.DEFAULT)
                    .build());
        awaitAll(mesh, 3);
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (NodeProcess node : List.of(first, second)) {
          readers.add(CompletableFuture.runAsync(() -> read(nodes, node), threads));
        }
        for (int round = 0; round < ROUNDS; round++) {
          readOnce(nodes, victim);
          victim = round % 2 == 0 ? killed(nodes, victim, mesh) : cutOff(nodes, victim, mesh);
          purge(mesh, "p2");
          readOnce(nodes, victim);
        }
        over.set(true);
        for (CompletableFuture<Void> reader : readers) {
          reader.get(30, TimeUnit.SECONDS);
        }
      } finally {
        over.set(true);
      }
    }
    assertThat(faults).isEmpty();
    assertThat(reads.get()).isGreaterThan(ROUNDS * 10);
  }

  /** Killed while it has something on disk that is purged before it is back. */
  private NodeProcess killed(NodeProcesses nodes, NodeProcess victim, MeshClient mesh)
      throws Exception {
    victim.kill();
    purge(mesh, "");
    NodeProcess again = nodes.ready("p2");
    readOnce(nodes, again);
    awaitAll(mesh, 3);
    readOnce(nodes, again);
    return again;
  }

  /** Cut off for longer than the others wait for it, while what it has is purged. */
  private NodeProcess cutOff(NodeProcesses nodes, NodeProcess victim, MeshClient mesh)
      throws Exception {
    victim.freeze();
    purge(mesh, "");
    TestMesh.until(() -> live(mesh) == 2);
    victim.thaw();
    awaitAll(mesh, 3);
    // It has to hear of the purge first; the others had acknowledged it without this node.
    TestMesh.until(() -> at(nodes, victim) >= acknowledged.get());
    readOnce(nodes, victim);
    return victim;
  }

  /** Changes the page and purges it, until all but a missing node have taken note. */
  private void purge(MeshClient mesh, String alsoNeeded) throws Exception {
    int latest = version.incrementAndGet();
    TestMesh.until(
        () -> {
          PurgeResult result = mesh.purge(Purge.of(Purge.Scope.TAG, "pages"));
          return result.nodes().stream()
              .filter(node -> !node.node().equals("p2") || alsoNeeded.equals("p2"))
              .allMatch(PurgeResult.NodePurge::done);
        });
    acknowledged.set(latest);
  }

  private static void awaitAll(MeshClient mesh, int count) throws InterruptedException {
    TestMesh.until(() -> live(mesh) == count);
  }

  private static long live(MeshClient mesh) {
    return mesh.nodes().stream().filter(node -> node.state().equals("live")).count();
  }

  private void read(NodeProcesses nodes, NodeProcess node) {
    int seen = 0;
    while (!over.get()) {
      int least = Math.max(seen, acknowledged.get());
      int came = at(nodes, node);
      if (came >= 0) {
        check(node, came, least);
        seen = Math.max(seen, came);
        reads.incrementAndGet();
      }
    }
  }

  private void readOnce(NodeProcesses nodes, NodeProcess node) {
    int least = acknowledged.get();
    check(node, at(nodes, node), least);
  }

  private void check(NodeProcess node, int came, int least) {
    if (came < least) {
      faults.add(node.name() + ": " + came + " after " + least);
    }
  }

  /** The page's version at a node; -1 when there is no answer. */
  private int at(NodeProcesses nodes, NodeProcess node) {
    try {
      HttpResponse<String> response = nodes.get(node.ingress().resolve(PATH));
      return response.statusCode() == 200 ? Integer.parseInt(response.body()) : -1;
    } catch (IOException e) {
      faults.add(node.name() + ": " + e);
      return -1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return -1;
    }
  }
}
