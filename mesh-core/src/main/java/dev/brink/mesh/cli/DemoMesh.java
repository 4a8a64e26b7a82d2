package dev.brink.mesh.cli;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.NodeInfo;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Nodes in processes of their own that are one mesh, and are gone with all they wrote when closed.
 */
final class DemoMesh implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path folder;
  private final String token;
  private final Stop stop;
  private final List<DemoNode> nodes = new ArrayList<>();

  private DemoMesh(Path folder, String token, Stop stop) {
    this.folder = folder;
    this.token = token;
    this.stop = stop;
  }

  /** An empty mesh in a temporary folder of its own. */
  static DemoMesh create(Stop stop) throws IOException {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    String token = HexFormat.of().formatHex(random);
    Path folder = Files.createTempDirectory("brink-demo-");
    Path file = folder.resolve("admin-token");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, token);
    return new DemoMesh(folder, token, stop);
  }

  /** Starts nodes: the first alone, the others at once, and waits until each sees all. */
  void start(int count, Progress progress) throws IOException, InterruptedException {
    start(count, progress, index -> List.of());
  }

  /**
   * The same, each node with settings of its own.
   *
   * @param settings from a node's index to more of {@code KEY=VALUE}
   */
  void start(int count, Progress progress, IntFunction<List<String>> settings)
      throws IOException, InterruptedException {
    progress.step("starting node 1 of " + count);
    DemoNode first = add(List.of(), settings);
    first.awaitReady(LIMIT, stop);
    if (count > 1) {
      progress.step("starting nodes 2 to " + count);
    }
    for (int i = 1; i < count; i++) {
      add(List.of(first.ready().discovery()), settings);
    }
    for (DemoNode node : nodes) {
      node.awaitReady(LIMIT, stop);
    }
    progress.step("waiting until they are one mesh");
    for (DemoNode node : nodes) {
      awaitNeighbours(node, count);
    }
  }

  /** What a node is called. */
  static String name(int index) {
    return "demo-" + (index + 1);
  }

  private DemoNode add(List<String> seeds, IntFunction<List<String>> settings) throws IOException {
    int index = nodes.size();
    DemoNode node = DemoNode.start(name(index), folder, seeds, token, settings.apply(index));
    nodes.add(node);
    return node;
  }

  private void awaitNeighbours(DemoNode node, int count) throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    try (MeshClient client = MeshClient.connect(node.ready().admin(), token)) {
      while (live(client) < count) {
        if (stop.isRequested()) {
          throw new CancellationException("stopped");
        }
        if (System.nanoTime() - end > 0) {
          throw new IOException(
              node.name()
                  + " does not see "
                  + count
                  + " live nodes after "
                  + LIMIT.toSeconds()
                  + " s");
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  private static long live(MeshClient client) {
    try {
      return client.nodes().stream().map(NodeInfo::state).filter("live"::equals).count();
    } catch (DeploymentException e) {
      if (e.retryable()) {
        return 0;
      }
      throw e;
    }
  }

  List<DemoNode> nodes() {
    return List.copyOf(nodes);
  }

  String token() {
    return token;
  }

  /** Holds {@code admin-token}, as a data directory does. */
  Path folder() {
    return folder;
  }

  /** A client that knows all nodes. */
  MeshClient client() {
    return MeshClient.connect(nodes.stream().map(node -> node.ready().admin()).toList(), token);
  }

  @Override
  public void close() throws IOException {
    nodes.forEach(DemoNode::stop);
    nodes.forEach(DemoNode::close);
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path visited, IOException failure)
              throws IOException {
            Files.delete(visited);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
