package dev.brink.mesh;

import dev.brink.cache.Purge;
import dev.brink.mesh.config.GridConfig;
import dev.brink.mesh.config.HostPort;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.deploy.PurgeResult;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Nodes in this JVM on ephemeral ports. */
final class TestMesh implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration START = Duration.ofMinutes(2);

  private final Path directory;
  private final List<MeshNode> nodes = new ArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private TestMesh(Path directory) {
    this.directory = directory;
  }

  /**
   * Starts nodes called {@code n0}, {@code n1}, … and waits until each has a link to each other.
   */
  static TestMesh start(Path directory, int count) throws Exception {
    return start(directory, count, (index, config) -> {});
  }

  /** The same, each with options of its own. */
  static TestMesh start(Path directory, int count, Options options) throws Exception {
    var mesh = new TestMesh(directory);
    for (int i = 0; i < count; i++) {
      int index = i;
      String name = "n" + i;
      mesh.nodes.add(
          start(
              directory.resolve(name), name, mesh.seeds(), config -> options.apply(index, config)));
    }
    mesh.awaitLinks();
    return mesh;
  }

  /** Options for a node by its index. */
  interface Options {
    void apply(int index, NodeConfig.Builder config);
  }

  MeshNode add() throws IOException {
    return add("n" + nodes.size());
  }

  MeshNode add(String name) throws IOException {
    return add(name, config -> {});
  }

  /** One with options of its own. */
  MeshNode add(String name, Consumer<NodeConfig.Builder> more) throws IOException {
    MeshNode node = start(directory.resolve(name), name, seeds(), more);
    nodes.add(node);
    return node;
  }

  List<HostPort> seeds() {
    return nodes.stream().map(node -> HostPort.parse("127.0.0.1:" + node.discoveryPort())).toList();
  }

  static MeshNode start(Path directory, String name, List<HostPort> seeds) throws IOException {
    return start(directory, name, seeds, config -> {});
  }

  private static MeshNode start(
      Path directory, String name, List<HostPort> seeds, Consumer<NodeConfig.Builder> more)
      throws IOException {
    return MeshNode.builder()
        .name(name)
        .dataDirectory(directory)
        .ephemeralPorts()
        .configure(
            config ->
                config
                    .grid(
                        grid -> grid.seeds(seeds).preset(GridConfig.Preset.LAN).startTimeout(START))
                    .functions(functions -> functions.idleWarmUp(0)))
        .configure(more)
        .start();
  }

  MeshNode node(int index) {
    return nodes.get(index);
  }

  List<MeshNode> nodes() {
    return nodes;
  }

  void stop(MeshNode node) {
    nodes.remove(node);
    node.close();
  }

  /** Waits until every node says that every other one is live. */
  void awaitLinks() throws InterruptedException {
    until(
        () ->
            nodes.stream()
                .allMatch(
                    node ->
                        node.mesh().nodes().size() == nodes.size()
                            && node.mesh().nodes().stream()
                                .allMatch(info -> info.state().equals("live"))));
  }

  /** Waits for a condition, for 30 seconds at most. */
  static void until(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not so within " + LIMIT.toSeconds() + " s");
      }
      Thread.sleep(5);
    }
  }

  /**
   * Purges, and again until it is complete: on a machine that is busy a node may take longer to say
   * that it has purged than the others wait for it.
   *
   * @return the last purge's result
   */
  static PurgeResult purge(MeshNode node, Purge purge) {
    long end = System.nanoTime() + LIMIT.toNanos();
    PurgeResult result = node.mesh().purge(purge);
    while (!result.complete()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not complete within " + LIMIT.toSeconds() + " s: " + result);
      }
      result = node.mesh().purge(purge);
    }
    return result;
  }

  HttpResponse<String> get(MeshNode node, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(node, path)).timeout(LIMIT);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(MeshNode node, String path, byte[] body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri(node, path))
            .timeout(LIMIT)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  HttpClient client() {
    return client;
  }

  static URI uri(MeshNode node, String path) {
    return URI.create(node.ingressUri() + path);
  }

  @Override
  public void close() {
    nodes.forEach(MeshNode::close);
    client.close();
  }
}
