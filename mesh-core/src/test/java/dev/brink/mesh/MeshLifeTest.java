package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.config.HostPort;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that come and go. */
class MeshLifeTest {
  private static final String HELLO =
      "export default { fetch() { return new Response('hello'); } }";

  @TempDir Path directory;

  @Test
  void aNodeThatJoinsServesWhatIsDeployed() throws Exception {
    try (TestMesh mesh = TestMesh.start(directory, 2)) {
      mesh.node(0).deployments().deploy(FunctionSpec.of("hello", HELLO, "/hello"));
      MeshNode joined = mesh.add();
      assertThat(mesh.get(joined, "/hello").body()).isEqualTo("hello");
      mesh.awaitLinks();
      mesh.node(0)
          .deployments()
          .deploy(FunctionSpec.of("hello", HELLO.replace("hello", "again"), "/hello"));
      assertThat(mesh.get(joined, "/hello").body()).isEqualTo("again");
    }
  }

  @Test
  void aNodeThatStopsGracefullyCostsNoRequest() throws Exception {
    try (TestMesh mesh = TestMesh.start(directory, 3)) {
      mesh.node(0)
          .deployments()
          .deploy(
              FunctionSpec.of(
                  "slow",
                  "export default { async fetch() {"
                      + " await new Promise(done => setTimeout(done, 20));"
                      + " return new Response('done'); } }",
                  "/slow"));
      MeshNode leaving = mesh.node(2);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicInteger answered = new AtomicInteger();
      Queue<String> failures = new ConcurrentLinkedQueue<>();
      List<Thread> clients =
          IntStream.range(0, 16)
              .mapToObj(
                  i ->
                      Thread.ofVirtual()
                          .start(
                              () -> {
                                while (!stop.get()) {
                                  try {
                                    HttpResponse<String> response =
                                        mesh.post(mesh.node(i % 2), "/slow", new byte[10]);
                                    if (response.body().equals("done")) {
                                      answered.incrementAndGet();
                                    } else {
                                      failures.add(response.body());
                                    }
                                  } catch (IOException e) {
                                    failures.add(e.toString());
                                  } catch (InterruptedException e) {
                                    return;
                                  }
                                }
                              }))
              .toList();
      TestMesh.until(() -> answered.get() > 200);
      mesh.stop(leaving);
      int before = answered.get();
      TestMesh.until(() -> answered.get() > before + 200);
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }
      assertThat(failures).isEmpty();
    }
  }

  @Test
  void requestsUnderWayAreFinishedBeforeANodeStops() throws Exception {
    var release = new CountDownLatch(1);
    try (var origin =
            new CountingOrigin(
                (exchange, count) -> {
                  release.await();
                  CountingOrigin.send(exchange, "done");
                });
        TestMesh mesh = TestMesh.start(directory, 1)) {
      MeshNode node = mesh.node(0);
      node.deployments().deploy(OriginSpec.builder("held").server(origin.uri()).build());
      node.deployments()
          .deploy(
              FunctionSpec.builder("slow")
                  .module(
                      "main.js",
                      "export default { async fetch(request, env) {"
                          + " const held = await env.HELD.fetch('http://held/');"
                          + " return new Response(await held.text()); } }")
                  .service("HELD", "held")
                  .route("/slow")
                  .build());
      int port = node.ingressUri().getPort();
      try (Socket idle = new Socket(InetAddress.getLoopbackAddress(), port);
          Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.getOutputStream().write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));
        TestMesh.until(() -> origin.asked.get() == 1);
        Thread closing = Thread.ofVirtual().start(() -> mesh.stop(node));
        assertThat(idle.getInputStream().read()).as("it stops").isEqualTo(-1);
        release.countDown();
        String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
        closing.join();
        assertThat(answer)
            .startsWith("HTTP/1.1 200")
            .containsIgnoringCase("connection: close")
            .endsWith("done");
      }
    }
  }

  @Test
  void aNodeThatStartsWithoutItsPeersServesFromItsSnapshot() throws Exception {
    List<HostPort> seeds;
    try (TestMesh mesh = TestMesh.start(directory, 2)) {
      mesh.node(0).deployments().deploy(FunctionSpec.of("hello", HELLO, "/hello"));
      mesh.node(0).deployments().deploy(FunctionSpec.of("gone", HELLO, "/gone"));
      mesh.node(1).deployments().remove("default", "gone");
      seeds = mesh.seeds();
    }
    try (MeshNode alone = TestMesh.start(directory.resolve("n1"), "n1", seeds.subList(0, 1));
        TestMesh client = TestMesh.start(directory.resolve("none"), 0)) {
      assertThat(client.get(alone, "/hello").body()).isEqualTo("hello");
      assertThat(client.get(alone, "/gone").statusCode()).isEqualTo(404);
      assertThat(alone.deployments().list()).hasSize(1);
    }
  }

  @Test
  void anUnreadableSnapshotIsSetAsideAndTheNodeStarts() throws Exception {
    Path data = Files.createDirectories(directory.resolve("n0"));
    Files.writeString(data.resolve("snapshot"), "not a snapshot");
    try (TestMesh mesh = TestMesh.start(directory, 1)) {
      assertThat(mesh.node(0).deployments().list()).isEmpty();
      assertThat(data.resolve("snapshot.unreadable")).hasContent("not a snapshot");
    }
  }

  @Test
  void whatWasRemovedWhileANodeWasAwayStaysRemoved() throws Exception {
    try (TestMesh mesh = TestMesh.start(directory, 2)) {
      mesh.node(0).deployments().deploy(FunctionSpec.of("hello", HELLO, "/hello"));
      mesh.stop(mesh.node(1));
      mesh.node(0).deployments().remove("default", "hello");
      MeshNode back = mesh.add("n1");
      TestMesh.until(() -> back.deployments().list().isEmpty());
      assertThat(mesh.get(back, "/hello").statusCode()).isEqualTo(404);
      assertThat(mesh.node(0).deployments().list()).isEmpty();
    }
  }

  @Test
  void aStoppedNodeLeavesNoPortBehindAndKeepsItsId() throws Exception {
    String id;
    URI ingress;
    String token;
    try (TestMesh mesh = TestMesh.start(directory, 1)) {
      MeshNode node = mesh.node(0);
      id = node.id();
      ingress = node.ingressUri();
      token = node.adminToken();
      assertThatThrownBy(() -> TestMesh.start(directory.resolve("n0"), "n0", List.of()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("expected: one that no running node uses");
    }
    try (ServerSocket free = new ServerSocket(ingress.getPort())) {
      assertThat(free.isBound()).isTrue();
    }
    try (MeshNode again = TestMesh.start(directory.resolve("n0"), "n0", List.of())) {
      assertThat(again.id()).isEqualTo(id);
      assertThat(again.adminToken()).isEqualTo(token);
    }
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(
              () ->
                  MeshNode.builder()
                      .dataDirectory(directory.resolve("taken"))
                      .ephemeralPorts()
                      .configure(
                          config -> config.ingress(ingress -> ingress.port(taken.getLocalPort())))
                      .start())
          .isInstanceOf(IOException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()));
    }
  }
}
