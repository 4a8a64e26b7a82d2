package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.RegretSample;
import dev.brink.mesh.wire.AdminJson;
import dev.brink.placement.Hints;
import dev.brink.placement.Near;
import dev.brink.placement.NodeSelector;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where requests run in a mesh of three nodes that differ, and how clients find them. */
class PlacementMeshTest {
  private static final List<String> REGIONS = List.of("eu", "us", "asia");
  private static final Map<String, Duration> TO_ASIA = Map.of("n2", Duration.ofMillis(200));
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
              switch (index) {
                case 0 -> {
                  config.dns(dns -> dns.zone("edge.example.com").port(0).answers(8));
                  config.placement(
                      placement -> placement.regretSample(1).regretRepeats(2).emulatedRtt(TO_ASIA));
                }
                case 1 ->
                    config.placement(
                        placement -> placement.capabilities(List.of("gpu")).emulatedRtt(TO_ASIA));
                default -> config.placement(placement -> placement.controlShare(1));
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

  private static FunctionSpec.Builder function(String name, Hints.Builder hints) {
    return FunctionSpec.builder(name)
        .module("main.js", WHERE)
        .route("/" + name)
        .placement(new FunctionPlacement(hints.build(), new Affinity.None()));
  }

  /** Waits until every ingress knows that these nodes have an instance ready. */
  private static void awaitWarm(String path, String... nodes) throws InterruptedException {
    for (MeshNode ingress : mesh.nodes()) {
      TestMesh.until(
          () ->
              ingress.mesh().explain(URI.create(path), List.of()).candidates().stream()
                  .filter(Explanation.Candidate::warm)
                  .map(Explanation.Candidate::node)
                  .toList()
                  .containsAll(List.of(nodes)));
    }
  }

  /** Where requests at each ingress ran. */
  private static List<String> ran(String path, String... headers) throws Exception {
    List<String> nodes = new ArrayList<>();
    for (MeshNode node : mesh.nodes()) {
      HttpResponse<String> answer = mesh.get(node, path, headers);
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      nodes.add(answer.headers().firstValue("brink-node").orElseThrow());
    }
    return nodes;
  }

  private static String metrics(MeshNode node) throws Exception {
    return mesh.client()
        .send(
            HttpRequest.newBuilder(node.adminUri().resolve("/metrics"))
                .header("authorization", "Bearer " + node.adminToken())
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  @Test
  void aPinnedFunctionRunsWhereItIsPinned() throws Exception {
    deploy(function("pinned", Hints.builder().pin(NodeSelector.of("region", "us"))).build());

    assertThat(ran("/pinned")).containsExactly("n1", "n1", "n1");
  }

  @Test
  void aFunctionDoesNotRunWhereItIsForbidden() throws Exception {
    deploy(
        function(
                "forbidden",
                Hints.builder()
                    .allowed(List.of(NodeSelector.parse("region=eu|us")))
                    .forbidden(List.of(NodeSelector.of(NodeSelector.NODE, "n0"))))
            .build());

    assertThat(ran("/forbidden")).containsExactly("n1", "n1", "n1");
  }

  @Test
  void aFunctionRunsWhereThereIsWhatItNeeds() throws Exception {
    deploy(function("gpu", Hints.builder().needs(Set.of("gpu"))).build());

    assertThat(ran("/gpu")).containsExactly("n1", "n1", "n1");
  }

  @Test
  void aFunctionNearCertainNodesRunsThere() throws Exception {
    deploy(function("asian", Hints.builder().near(Near.parse("region=asia"))).build());
    awaitWarm("/asian", "n0", "n1", "n2");
    // The delays are emulated on one side only: until a node has heard from that side, it has
    // nothing but what the other one measured.
    for (MeshNode ingress : mesh.nodes()) {
      TestMesh.until(
          () ->
              ingress.mesh().explain(URI.create("/asian"), List.of()).candidates().stream()
                  .filter(candidate -> candidate.excluded().isEmpty())
                  .map(Explanation.Candidate::node)
                  .toList()
                  .equals(List.of("n2")));
    }

    assertThat(ran("/asian")).containsExactly("n2", "n2", "n2");
  }

  @Test
  void aFunctionThatMayRunNowhereIsRefused() throws Exception {
    deploy(function("mars", Hints.builder().pin(NodeSelector.of("region", "mars"))).build());

    HttpResponse<String> answer = mesh.get(mesh.node(0), "/mars");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("no-node-allowed");
    assertThat(mesh.node(0).mesh().explain(URI.create("/mars"), List.of()).candidates())
        .extracting(Explanation.Candidate::excluded)
        .containsOnly("the function is pinned elsewhere");
  }

  /**
   * Where the session's request ran; nothing when one of the two nodes was so much slower, or so
   * far, in the ingress's eyes that the rule gives sessions away.
   */
  private static Set<String> sessionNode(MeshNode ingress, int session) throws Exception {
    HttpResponse<String> answer =
        mesh.get(
            ingress,
            "/session",
            "cookie",
            "a=b; sid=" + session,
            "brink-explain",
            "1",
            "authorization",
            "Bearer " + ingress.adminToken());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    String decision = answer.headers().firstValue("brink-decision").orElseThrow();
    Struct fields = AdminJson.parse(decision, Struct.newBuilder()).build();
    List<Struct> candidates =
        fields.getFieldsOrThrow("candidates").getListValue().getValuesList().stream()
            .map(Value::getStructValue)
            .filter(candidate -> !candidate.containsFields("excluded"))
            .toList();
    double best = candidates.stream().mapToDouble(each -> number(each, "score_ms")).min().orElse(0);
    boolean kept =
        candidates.size() == 2
            && candidates.stream()
                .allMatch(
                    each ->
                        number(each, "net_ms") < 30 && number(each, "score_ms") < 2 * best + 50);
    if (!kept) {
      return Set.of();
    }
    assertThat(fields.getFieldsOrThrow("reason").getStringValue())
        .as(decision)
        .isEqualTo("affinity");
    return Set.of(answer.headers().firstValue("brink-node").orElseThrow());
  }

  private static double number(Struct fields, String name) {
    return fields.getFieldsOrThrow(name).getNumberValue();
  }

  @Test
  void requestsOfASessionRunOnOneNodeWhereverTheyArrive() throws Exception {
    deploy(
        FunctionSpec.builder("session")
            .module("main.js", WHERE)
            .route("/session")
            .placement(
                new FunctionPlacement(
                    Hints.builder()
                        .spread(true)
                        .allowed(List.of(NodeSelector.parse("region=eu|us")))
                        .build(),
                    Affinity.parse("cookie:sid")))
            .build());
    awaitWarm("/session", "n0", "n1");
    Set<String> all = new HashSet<>();
    for (int session = 0; session < 16; session++) {
      Set<String> nodes = new HashSet<>();
      for (MeshNode ingress : mesh.nodes()) {
        nodes.addAll(sessionNode(ingress, session));
      }
      assertThat(nodes).as("session %d", session).hasSizeLessThan(2);
      all.addAll(nodes);
    }
    assertThat(all).as("sessions are divided").hasSizeGreaterThan(1);
  }

  @Test
  void aFunctionsDataCounts() throws Exception {
    try (var origin = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> answer(origin));
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("data")
                  .server(URI.create("http://127.0.0.1:" + origin.getLocalPort()))
                  .build(),
              DeployOptions.DEFAULT);
      deploy(
          FunctionSpec.builder("reader")
              .module(
                  "main.js",
                  "export default { async fetch(request, env) {"
                      + " await (await env.DATA.fetch('http://data/a')).text();"
                      + " await (await env.DATA.fetch('http://data/b')).text();"
                      + " return new Response('read'); } };")
              .service("DATA", "data")
              .route("/reader")
              .placement(
                  new FunctionPlacement(
                      Hints.builder().pin(NodeSelector.of("region", "us")).build(),
                      new Affinity.None()))
              .build());
      assertThat(ran("/reader")).containsExactly("n1", "n1", "n1");

      TestMesh.until(
          () ->
              mesh.node(0).mesh().explain(URI.create("/reader"), List.of()).candidates().stream()
                  .anyMatch(c -> c.node().equals("n1") && c.dataMillis() > 0));
    }
  }

  @Test
  void theBytesOfResponsesCount() throws Exception {
    String source =
        "export default { fetch: () => new Response("
            + "new Blob(['x'.repeat(2500000)]).stream()) };";
    deploy(FunctionSpec.of("large", source, "/large"));
    awaitWarm("/large", "n0");
    assertThat(mesh.get(mesh.node(0), "/large").body()).hasSize(2_500_000);

    TestMesh.until(
        () ->
            mesh.node(0).mesh().explain(URI.create("/large"), List.of()).candidates().stream()
                .anyMatch(c -> c.node().equals("n1") && c.netMillis() >= 150));
  }

  private static void answer(ServerSocket origin) {
    while (!origin.isClosed()) {
      try {
        Socket socket = origin.accept();
        Thread.ofVirtual().start(() -> answer(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private static void answer(Socket socket) {
    try (socket) {
      var in =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.isEmpty()) {
          socket
              .getOutputStream()
              .write(
                  "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
                      .getBytes(StandardCharsets.US_ASCII));
        }
      }
    } catch (IOException _) {
      // The node closed its connection.
    }
  }

  @Test
  void theControlGroupIsCounted() throws Exception {
    deploy(FunctionSpec.of("control", WHERE, "/control"));
    awaitWarm("/control", "n2");
    for (int i = 0; i < 5; i++) {
      assertThat(mesh.get(mesh.node(2), "/control").headers().firstValue("brink-node"))
          .contains("n2");
    }
    assertThat(metrics(mesh.node(2)))
        .containsPattern("brink_placement_control_total [1-9]")
        .containsPattern("brink_control_bytes_sent_total [1-9]")
        .containsPattern("brink_control_bytes_received_total [1-9]")
        .contains("brink_placement_saved_seconds 0.0");
  }

  @Test
  void whatAChoiceWasWorthIsMeasured() throws Exception {
    deploy(
        function(
                "compared",
                Hints.builder().forbidden(List.of(NodeSelector.of(NodeSelector.NODE, "n0"))))
            .idempotent(true)
            .build());
    deploy(FunctionSpec.of("once", WHERE, "/once"));
    awaitWarm("/compared", "n1", "n2");
    MeshNode node = mesh.node(0);
    TestMesh.until(
        () ->
            node.mesh().explain(URI.create("/compared"), List.of()).candidates().stream()
                .anyMatch(c -> c.node().equals("n2") && c.netMillis() >= 200));
    assertThat(mesh.get(node, "/once").statusCode()).isEqualTo(200);
    for (int i = 0; i < 4; i++) {
      assertThat(mesh.get(node, "/compared").statusCode()).isEqualTo(200);
      int most = i + 1;
      TestMesh.until(() -> regrets(node).size() >= most);
    }
    for (RegretSample sample : regrets(node)) {
      assertThat(sample.chosen()).isEqualTo("n1");
      assertThat(sample.runs()).extracting(RegretSample.Run::node).containsExactly("n1", "n2");
      assertThat(sample.runs().get(1).millis()).isGreaterThanOrEqualTo(200);
      assertThat(sample.runs().get(1).expectedMillis()).isGreaterThanOrEqualTo(200);
      assertThat(sample.runs().getFirst().againMillis()).hasSize(2);
      assertThat(sample.runs().get(1).againMillis())
          .hasSize(2)
          .allSatisfy(millis -> assertThat(millis).isGreaterThanOrEqualTo(200));
      assertThat(sample.regret()).isGreaterThanOrEqualTo(1);
    }
    assertThat(node.mesh().regrets()).extracting(RegretSample::name).doesNotContain("once");
    assertThat(metrics(node)).containsPattern("brink_placement_regret_count [1-9]");
    try (MeshClient client = MeshClient.connect(node.adminUri(), node.adminToken())) {
      assertThat(client.regrets()).hasSameSizeAs(node.mesh().regrets());
    }
    assertThat(mesh.node(1).mesh().regrets()).as("off by default").isEmpty();
  }

  private static List<RegretSample> regrets(MeshNode node) {
    return node.mesh().regrets().stream()
        .filter(sample -> sample.name().equals("compared"))
        .toList();
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
      socket.setSoTimeout(30_000);
      socket.send(new DatagramPacket(bytes, bytes.length, dns));
      socket.receive(answer);
    }

    ByteBuffer in = ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
    assertThat(in.getShort(6)).as("answers").isBetween((short) 1, (short) 3);
    assertThat(Arrays.copyOfRange(answer.getData(), bytes.length + 32, bytes.length + 36))
        .as("where the ingress listens")
        .containsExactly(127, 0, 0, 1);
    assertThat(mesh.node(1).dnsAddress()).isEmpty();
    // Counted once it is sent: perhaps a moment after it was received.
    String counted = metrics(mesh.node(0));
    for (int i = 0; i < 100 && !counted.contains("brink_dns_answered_total 1.0"); i++) {
      counted = metrics(mesh.node(0));
    }
    assertThat(counted)
        .contains("brink_dns_answered_total 1.0")
        .containsPattern("brink_clients_networks [01]");
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
