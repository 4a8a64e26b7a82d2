package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.function.StuckGuests;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A node on which functions could not be stopped says so, and gets nothing until they end. */
class UnhealthyNodeTest {
  private static final String STUCK =
      """
      export default { fetch(request) {
        if (request.url.endsWith('stuck')) console.error('stuck');
        return new Response('fine');
      } };
      """;

  private static final int RECORD_BYTES = 14 + 14;

  private final StuckGuests stuckGuests = new StuckGuests();
  private final Logger console = (Logger) LoggerFactory.getLogger("dev.brink.console");
  private final Appender<ILoggingEvent> appender =
      new UnsynchronizedAppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          stuckGuests.printed(event.getFormattedMessage());
        }
      };

  @BeforeEach
  void listen() {
    appender.start();
    console.addAppender(appender);
  }

  @AfterEach
  void letGo() {
    stuckGuests.close();
    console.detachAppender(appender);
  }

  @Test
  void aNodeWithStuckFunctionsIsNotReadyAndNoCandidateForOthers(@TempDir Path directory)
      throws Exception {
    try (TestMesh mesh =
        TestMesh.start(
            directory,
            2,
            (index, config) ->
                config
                    .labels(Map.of("number", "" + index))
                    .functions(
                        functions ->
                            functions
                                .cpu(Duration.ofMillis(100))
                                .cpuBurst(Duration.ofMillis(100))
                                .runtime(limits -> limits.stuckThreads(1))))) {
      MeshNode well = mesh.node(0);
      MeshNode ill = mesh.node(1);
      well.deployments()
          .deploy(
              FunctionSpec.builder("stuck")
                  .module("main.js", STUCK)
                  .route("/stuck")
                  .route("/fine")
                  .placement(
                      new FunctionPlacement(
                          Hints.builder().pin(NodeSelector.of("number", "1")).build(),
                          new Affinity.None()))
                  .build());
      TestMesh.until(() -> status(mesh, well) == 200);
      assertThat(ready(mesh, ill).statusCode()).isEqualTo(200);

      assertThat(mesh.get(ill, "/stuck").statusCode()).isEqualTo(503);
      HttpResponse<String> ready = ready(mesh, ill);
      assertThat(ready.statusCode()).isEqualTo(503);
      assertThat(ready.body())
          .contains("1 functions could not be stopped and run on (unhealthy from 1)");
      TestMesh.until(
          () -> well.mesh().nodes().stream().anyMatch(node -> node.state().equals("unhealthy")));
      assertThat(status(mesh, well)).as("there is no other").isEqualTo(200);
      assertThat(status(mesh, ill)).as("what comes to it").isEqualTo(200);
      assertThat(ready(mesh, well).statusCode()).isEqualTo(200);

      stuckGuests.close();
      TestMesh.until(() -> ready(mesh, ill).statusCode() == 200);
      TestMesh.until(() -> status(mesh, well) == 200);
    }
  }

  /** Each node has an address of its own, by which answers tell them apart. */
  @Test
  void aNodeWithStuckFunctionsIsNotNamedByDns(@TempDir Path directory) throws Exception {
    try (TestMesh mesh =
        TestMesh.start(
            directory,
            3,
            (index, config) ->
                config
                    .labels(Map.of("number", "" + index))
                    .ingress(ingress -> ingress.bindAddress("127.0.0." + (index + 1)))
                    .dns(dns -> dns.zone(index == 0 ? "edge.example" : "").port(0).answers(8))
                    .functions(
                        functions ->
                            functions
                                .cpu(Duration.ofMillis(100))
                                .cpuBurst(Duration.ofMillis(100))
                                .runtime(limits -> limits.stuckThreads(1))))) {
      MeshNode ill = mesh.node(2);
      InetSocketAddress dns = mesh.node(0).dnsAddress().orElseThrow();
      mesh.node(0)
          .deployments()
          .deploy(
              FunctionSpec.builder("stuck")
                  .module("main.js", STUCK)
                  .route("/stuck")
                  .placement(
                      new FunctionPlacement(
                          Hints.builder().pin(NodeSelector.of("number", "2")).build(),
                          new Affinity.None()))
                  .build());
      TestMesh.until(() -> named(dns).equals(Set.of("127.0.0.1", "127.0.0.2", "127.0.0.3")));

      assertThat(mesh.get(ill, "/stuck").statusCode()).isEqualTo(503);
      TestMesh.until(() -> named(dns).equals(Set.of("127.0.0.1", "127.0.0.2")));
      stuckGuests.close();
      TestMesh.until(() -> ready(mesh, ill).statusCode() == 200);
      TestMesh.until(() -> named(dns).contains("127.0.0.3"));
    }
  }

  /** The addresses in an answer. */
  private static Set<String> named(InetSocketAddress dns) {
    ByteBuffer query = ByteBuffer.allocate(12 + 14 + 4);
    query.putShort((short) 7).putShort((short) 0).putShort((short) 1).putShort(10, (short) 0);
    query.position(12);
    for (String label : List.of("edge", "example")) {
      query.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
    }
    query.put((byte) 0).putShort((short) 1).putShort((short) 1);
    var answer = new DatagramPacket(new byte[1500], 1500);
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(10_000);
      socket.send(new DatagramPacket(query.array(), query.capacity(), dns));
      socket.receive(answer);
      Set<String> named = new HashSet<>();
      for (int i = 1; i <= ByteBuffer.wrap(answer.getData()).getShort(6); i++) {
        int end = query.capacity() + i * RECORD_BYTES;
        byte[] address = Arrays.copyOfRange(answer.getData(), end - 4, end);
        named.add(InetAddress.getByAddress(address).getHostAddress());
      }
      return named;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aNodeStaysReadyWhereNoOtherTakesRequests(@TempDir Path directory) throws Exception {
    try (TestMesh mesh =
        TestMesh.start(
            directory,
            1,
            (index, config) ->
                config.functions(
                    functions ->
                        functions
                            .cpu(Duration.ofMillis(100))
                            .cpuBurst(Duration.ofMillis(100))
                            .runtime(limits -> limits.stuckThreads(1))))) {
      MeshNode alone = mesh.node(0);
      alone
          .deployments()
          .deploy(
              FunctionSpec.builder("stuck")
                  .module("main.js", STUCK)
                  .route("/stuck")
                  .route("/fine")
                  .build());
      TestMesh.until(() -> status(mesh, alone) == 200);
      assertThat(mesh.get(alone, "/stuck").statusCode()).isEqualTo(503);
      TestMesh.until(
          () -> alone.mesh().nodes().stream().anyMatch(node -> node.state().equals("unhealthy")));
      assertThat(ready(mesh, alone).statusCode()).isEqualTo(200);
      assertThat(status(mesh, alone)).isEqualTo(200);
    }
  }

  private static int status(TestMesh mesh, MeshNode node) {
    return send(mesh, TestMesh.uri(node, "/fine")).statusCode();
  }

  private static HttpResponse<String> ready(TestMesh mesh, MeshNode node) {
    return send(mesh, node.adminUri().resolve("/health/ready"));
  }

  private static HttpResponse<String> send(TestMesh mesh, URI uri) {
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build();
    return mesh.client().sendAsync(request, HttpResponse.BodyHandlers.ofString()).join();
  }
}
