package dev.brink.mesh;

import dev.brink.mesh.client.MeshClient;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Nodes as processes of their own, as the command line starts them, to be killed, frozen and
 * started again.
 */
final class NodeProcesses implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Path directory;
  private final Map<String, String> settings;
  private final Map<String, NodeProcess> nodes = new TreeMap<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * A mesh.
   *
   * @param settings of each node, beside its ports and its folder
   */
  NodeProcesses(Path directory, Map<String, String> settings) {
    this.directory = directory;
    this.settings = settings;
  }

  /** One node's process and the ports it was given. */
  record NodeProcess(
      String name, Process process, URI ingress, URI admin, int discovery, Path data) {
    /** As the command line would. */
    MeshClient connect() throws IOException {
      return MeshClient.connect(admin, token());
    }

    String token() throws IOException {
      return Files.readString(data.resolve("admin-token")).strip();
    }

    /** Ends it as SIGKILL does. */
    void kill() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }

    /** Stops it in its tracks until {@link #thaw}: for the others its link is cut. */
    void freeze() throws IOException, InterruptedException {
      signal("-STOP");
    }

    void thaw() throws IOException, InterruptedException {
      signal("-CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
      new ProcessBuilder("kill", name, Long.toString(process.pid())).start().waitFor();
    }
  }

  /** Starts a node, or one that was killed again with the same ports and folder. */
  NodeProcess start(String name) throws IOException {
    NodeProcess before = nodes.get(name);
    List<Integer> ports =
        before == null
            ? FreePorts.of(3)
            : List.of(before.ingress.getPort(), before.admin.getPort(), before.discovery);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("-XX:") || flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add("dev.brink.mesh.cli.Brink");
    command.addAll(List.of("node", "--name", name, "--until-stdin-ends"));
    Path data = directory.resolve(name);
    Map<String, String> all = new TreeMap<>(settings);
    all.putIfAbsent("grid.start-timeout", "2m");
    all.put("data-directory", data.toString());
    all.put("ingress.port", ports.get(0).toString());
    all.put("admin.port", ports.get(1).toString());
    all.put("link.port", "0");
    all.put("grid.discovery-port", ports.get(2).toString());
    all.put("grid.communication-port", "0");
    all.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    nodes.values().stream()
        .filter(node -> !node.name.equals(name))
        .forEach(node -> command.addAll(List.of("--seed", "127.0.0.1:" + node.discovery)));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log(name).toFile()))
            .start();
    NodeProcess node =
        new NodeProcess(
            name,
            process,
            URI.create("http://127.0.0.1:" + ports.get(0)),
            URI.create("http://127.0.0.1:" + ports.get(1)),
            ports.get(2),
            data);
    nodes.put(name, node);
    return node;
  }

  private Path log(String name) {
    return directory.resolve(name + ".log");
  }

  /** Starts a node and waits until it is ready. */
  NodeProcess ready(String name) throws Exception {
    NodeProcess node = start(name);
    awaitReady(node);
    return node;
  }

  void awaitReady(NodeProcess node) throws Exception {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!isReady(node)) {
      if (System.nanoTime() > end || !node.process.isAlive()) {
        throw new AssertionError(node.name + " is not ready:\n" + Files.readString(log(node.name)));
      }
      Thread.sleep(50);
    }
  }

  private boolean isReady(NodeProcess node) throws InterruptedException {
    try {
      return get(node.admin.resolve("/health/ready")).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** A node's metrics, as Prometheus gets them. */
  String metrics(NodeProcess node) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(node.admin.resolve("/metrics"))
            .timeout(Duration.ofSeconds(30))
            .header("authorization", "Bearer " + node.token())
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
  }

  HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    for (NodeProcess node : nodes.values()) {
      node.process.destroyForcibly();
    }
    for (NodeProcess node : nodes.values()) {
      node.process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }
    client.close();
  }
}
