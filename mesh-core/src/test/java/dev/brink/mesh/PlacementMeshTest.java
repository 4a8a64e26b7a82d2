package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.deploy.FunctionSpec;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where requests run in a mesh of three nodes that differ, and how clients find them. */
class PlacementMeshTest {
  private static final List<String> REGIONS = List.of("eu", "us", "asia");
  private static final String WHERE = "export default { fetch: () => new Response('here') };";

  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh =
        TestMesh.start(
            directory,
            3,
            (index, config) -> {
              config.labels(Map.of("region", REGIONS.get(index)));
              if (index == 0) {
                config.dns(dns -> dns.zone("edge.example.com").port(0).answers(8));
              }
            });
  }

  @AfterAll
  static void stop() {
    if (mesh != null) {
      mesh.close();
    }
  }

  private static void deploy(FunctionSpec spec) {
    assertThat(mesh.node(0).deployments().deploy(spec, DeployOptions.DEFAULT).complete()).isTrue();
  }

  @Test
  void aNameIsAnsweredWithTheIngresses() throws Exception {
    InetSocketAddress dns = mesh.node(0).dnsAddress().orElseThrow();
    ByteBuffer query = ByteBuffer.allocate(12 + 23 + 4);
    query.putShort((short) 7).putShort((short) 0).putShort((short) 1).putLong(0);
    query.position(12);
    for (String label : List.of("www", "edge", "example", "com")) {
      query.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
    }
    query.put((byte) 0).putShort((short) 1).putShort((short) 1);
    byte[] bytes = Arrays.copyOf(query.array(), query.position());
    var answer = new DatagramPacket(new byte[1500], 1500);
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(10_000);
      socket.send(new DatagramPacket(bytes, bytes.length, dns));
      socket.receive(answer);
    }

    ByteBuffer in = ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
    assertThat(in.getShort(6)).as("answers").isBetween((short) 1, (short) 3);
    assertThat(Arrays.copyOfRange(answer.getData(), bytes.length + 33 - 4, bytes.length + 33))
        .as("where the ingress listens")
        .containsExactly(127, 0, 0, 1);
    assertThat(mesh.node(1).dnsAddress()).isEmpty();
    HttpResponse<String> metrics =
        mesh.client()
            .send(
                HttpRequest.newBuilder(mesh.node(0).adminUri().resolve("/metrics"))
                    .header("authorization", "Bearer " + mesh.node(0).adminToken())
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(metrics.body())
        .contains("brink_dns_answered_total 1.0")
        .contains("brink_clients_networks 1.0");
  }

  @Test
  void explainSaysWhereARequestWouldRun() {
    deploy(FunctionSpec.of("explained", WHERE, "/explained"));
    try (MeshClient client =
        MeshClient.connect(mesh.node(0).adminUri(), mesh.node(0).adminToken())) {
      Explanation explanation =
          client.explain(URI.create("http://any/explained?x=y"), List.of(Map.entry("a", "b c")));

      assertThat(explanation.name()).isEqualTo("explained");
      assertThat(explanation.version()).hasSize(64);
      assertThat(explanation.candidates())
          .extracting(Explanation.Candidate::node)
          .containsExactlyInAnyOrder("n0", "n1", "n2");
      assertThat(explanation.candidates())
          .filteredOn(Explanation.Candidate::chosen)
          .extracting(Explanation.Candidate::node)
          .containsExactly(explanation.node());
      assertThat(explanation.candidates())
          .filteredOn(Explanation.Candidate::local)
          .extracting(Explanation.Candidate::node, Explanation.Candidate::netMillis)
          .containsExactly(tuple("n0", 0.0));
      for (Explanation.Candidate candidate : explanation.candidates()) {
        assertThat(candidate.scoreMillis())
            .isCloseTo(
                candidate.netMillis()
                    + candidate.queueMillis()
                    + candidate.coldMillis()
                    + candidate.runMillis()
                    + candidate.dataMillis()
                    + candidate.penaltyMillis(),
                within(0.001));
      }
      assertThatThrownBy(() -> client.explain(URI.create("/nothing"), List.of()))
          .isInstanceOfSatisfying(
              DeploymentException.class, e -> assertThat(e.code()).isEqualTo("route-not-found"));
      assertThatThrownBy(
              () -> client.explain(URI.create("/explained"), List.of(Map.entry("a b", "c"))))
          .isInstanceOfSatisfying(
              DeploymentException.class, e -> assertThat(e.code()).isEqualTo("invalid-request"));
    }
  }
}
