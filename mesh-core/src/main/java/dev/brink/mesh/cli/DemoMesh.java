package dev.brink.mesh.cli;

import dev.brink.mesh.admin.AdminToken;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.NodeInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/**
 * Nodes in processes of their own that are one mesh, and are gone with all they wrote when closed.
 */
final class DemoMesh implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final ScratchFolder folder;
  private final String token;
  private final Stop stop;
  private final List<DemoNode> nodes = new ArrayList<>();

  private DemoMesh(ScratchFolder folder, String token, Stop stop) {
    this.folder = folder;
    this.token = token;
    this.stop = stop;
  }

  /** An empty mesh in a temporary folder of its own. */
  static DemoMesh create(Stop stop) throws IOException {
    ScratchFolder folder = ScratchFolder.create("brink-demo-");
    String token = AdminToken.readOrCreate(folder.path());
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
    DemoNode node = DemoNode.start(name(index), folder.path(), seeds, token, settings.apply(index));
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
    return folder.path();
  }

  /** A client that knows all nodes. */
  MeshClient client() {
    return MeshClient.connect(nodes.stream().map(node -> node.ready().admin()).toList(), token);
  }

  @Override
  public void close() throws IOException {
    nodes.forEach(DemoNode::stop);
    nodes.forEach(DemoNode::close);
    folder.close();
  }
}
