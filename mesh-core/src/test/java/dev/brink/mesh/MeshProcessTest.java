package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.FunctionSpec;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes as processes of their own, as the command line starts them. */
class MeshProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /** One node's process and the ports it was given. */
  private record Node(Process process, URI ingress, URI admin, int discovery, Path data) {}

  @TempDir Path directory;
  private final List<Node> nodes = new ArrayList<>();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stop() throws InterruptedException {
    for (Node node : nodes) {
      node.process.destroyForcibly();
      assertThat(node.process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    client.close();
  }

  private Node start(String name) throws IOException {
    List<Integer> ports = freePorts(3);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("-XX:") || flag.startsWith("--"))
        .forEach(command::add);
    command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path")));
    command.add("dev.brink.mesh.cli.Brink");
    command.addAll(List.of("node", "--name", name, "--until-stdin-ends"));
    Path data = directory.resolve(name);
    Map<String, String> settings =
        Map.of(
            "data-directory", data.toString(),
            "ingress.port", ports.get(0).toString(),
            "admin.port", ports.get(1).toString(),
            "link.port", "0",
            "grid.discovery-port", ports.get(2).toString(),
            "grid.communication-port", "0");
    settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
    nodes.forEach(node -> command.addAll(List.of("--seed", "127.0.0.1:" + node.discovery)));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name + ".log").toFile())
            .start();
    Node node =
        new Node(
            process,
            URI.create("http://127.0.0.1:" + ports.get(0)),
            URI.create("http://127.0.0.1:" + ports.get(1)),
            ports.get(2),
            data);
    nodes.add(node);
    return node;
  }

  /** Free when asked for; another process may take one, which then fails the test by its name. */
  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      sockets.add(socket);
      ports.add(socket.getLocalPort());
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }

  private void awaitReady(Node node, String name) throws Exception {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!ready(node)) {
      if (System.nanoTime() > end || !node.process.isAlive()) {
        throw new AssertionError(
            name + " is not ready:\n" + Files.readString(directory.resolve(name + ".log")));
      }
      Thread.sleep(50);
    }
  }

  private boolean ready(Node node) throws InterruptedException {
    try {
      return get(node.admin.resolve("/health/ready")).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private HttpResponse<String> get(URI uri) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aKilledNodeCostsNoRequestToTheOthers() throws Exception {
    for (String name : List.of("p0", "p1", "p2")) {
      awaitReady(start(name), name);
    }
    Node first = nodes.get(0);
    String token = Files.readString(first.data.resolve("admin-token")).strip();
    try (MeshClient mesh = MeshClient.connect(first.admin, token)) {
      TestMesh.until(
          () -> mesh.nodes().stream().filter(node -> node.state().equals("live")).count() == 3);
      // With one lane's worth of waiting in each call, placement spreads them over the nodes.
      mesh.deployments()
          .deploy(
              FunctionSpec.of(
                  "work",
                  "export default { fetch() { const end = performance.now() + 5;"
                      + " while (performance.now() < end) {} return new Response('done'); } }",
                  "/work"));
    }
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    AtomicInteger remote = new AtomicInteger();
    Queue<String> failures = new ConcurrentLinkedQueue<>();
    List<Thread> clients =
        IntStream.range(0, 24)
            .mapToObj(
                i ->
                    Thread.ofVirtual()
                        .start(() -> ask(nodes.get(i % 2), stop, answered, remote, failures)))
            .toList();
    TestMesh.until(() -> answered.get() > 500);
    nodes.get(2).process.destroyForcibly();
    int before = answered.get();
    TestMesh.until(() -> answered.get() > before + 500);
    stop.set(true);
    for (Thread thread : clients) {
      thread.join();
    }
    assertThat(failures).isEmpty();
    assertThat(remote).as("calls that ran on the killed node").hasPositiveValue();
  }

  private void ask(
      Node node,
      AtomicBoolean stop,
      AtomicInteger answered,
      AtomicInteger remote,
      Queue<String> failures) {
    while (!stop.get()) {
      try {
        HttpResponse<String> response = get(node.ingress.resolve("/work"));
        if (response.statusCode() != 200) {
          failures.add(response.statusCode() + " " + response.body());
        } else {
          answered.incrementAndGet();
          if (response.headers().firstValue("brink-node").orElse("").equals("p2")) {
            remote.incrementAndGet();
          }
        }
      } catch (IOException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Test
  void aNodeWhoseParentIsGoneStopsByItself() throws Exception {
    Node node = start("alone");
    awaitReady(node, "alone");
    node.process.getOutputStream().close();
    assertThat(node.process.waitFor(40, TimeUnit.SECONDS)).isTrue();
    assertThat(node.process.exitValue()).isZero();
  }
}
