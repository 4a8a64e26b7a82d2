package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.Explanation;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.NodeInfo;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.UsageRow;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node is held to, and what not: two nodes, of which the first has little patience. */
class FailingNodesMeshTest {
  private static final String WAITS =
      "export default { async fetch(request) {"
          + " await new Promise(done => setTimeout(done, %d)); return new Response('done'); } };";

  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh =
        TestMesh.start(
            directory,
            2,
            (index, config) -> {
              config.placement(placement -> placement.controlShare(0));
              if (index == 0) {
                config.functions(functions -> functions.wall(Duration.ofMillis(100)));
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

  private static Explanation.Candidate candidate(String path, String node) {
    return mesh.node(0).mesh().explain(URI.create(path), List.of()).candidates().stream()
        .filter(candidate -> candidate.node().equals(node))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFunctionThatFailsOnOneNodeRunsOnTheOther() throws Exception {
    deploy(FunctionSpec.of("patient", WAITS.formatted(400), "/patient"));
    int failed = 0;
    for (int i = 0; i < 12; i++) {
      HttpResponse<String> answer = mesh.get(mesh.node(0), "/patient");
      failed += answer.statusCode() == 504 ? 1 : 0;
      if (answer.statusCode() == 200) {
        assertThat(answer.headers().firstValue("brink-node")).contains("n1");
      }
    }
    assertThat(failed).as("of 12").isLessThan(7);
    assertThat(candidate("/patient", "n0").penaltyMillis()).isPositive();
    deploy(FunctionSpec.of("other", WAITS.formatted(1), "/other"));
    assertThat(candidate("/other", "n0").penaltyMillis()).isZero();
  }

  @Test
  void callersThatGoAwayAreNoFailuresOfTheNode() throws Exception {
    String source =
        "export default { async fetch(request, env) { await env.BEGUN.fetch('http://begun/');"
            + " await new Promise(done => setTimeout(done, 25000)); return new Response(''); } };";
    Hints hints = Hints.builder().pin(NodeSelector.of(NodeSelector.NODE, "n1")).build();
    try (var begun = new CountingOrigin((exchange, _) -> CountingOrigin.send(exchange, ""))) {
      mesh.node(0).deployments().deploy(OriginSpec.builder("begun").server(begun.uri()).build());
      deploy(
          FunctionSpec.builder("long")
              .module("main.js", source)
              .service("BEGUN", "begun")
              .route("/long")
              .placement(new FunctionPlacement(hints, FunctionPlacement.DEFAULT.affinity()))
              .build());
      for (int i = 1; i <= 6; i++) {
        int calls = i;
        try (var _ = ask("/long")) {
          TestMesh.until(() -> begun.asked.get() == calls);
        }
        TestMesh.until(() -> ended("long") == calls);
        assertThat(candidate("/long", "n1").penaltyMillis()).as("after %d", i).isLessThan(2_500);
      }
    }
    assertThat(candidate("/long", "n1").excluded()).isEmpty();
  }

  @Test
  void aNodeIsNoCandidateBeforeItServesWhatIsDeployed() throws Exception {
    String slow =
        "const end = performance.now() + 40; while (performance.now() < end) {}"
            + " export default { fetch: () => new Response('here') };";
    for (int i = 0; i < 12; i++) {
      deploy(FunctionSpec.of("slow" + i, slow + " // " + i, "/slow" + i));
    }
    var adding = CompletableFuture.supplyAsync(FailingNodesMeshTest::addNode);
    TestMesh.until(
        () ->
            mesh.node(0).mesh().explain(URI.create("/slow0"), List.of()).candidates().stream()
                .anyMatch(c -> c.node().equals("n2") && c.excluded().isEmpty()));
    String ingress =
        mesh.node(0).mesh().nodes().stream()
            .filter(node -> node.name().equals("n2"))
            .map(NodeInfo::ingress)
            .findFirst()
            .orElseThrow();
    for (int i = 0; i < 12; i++) {
      var request = HttpRequest.newBuilder(URI.create(ingress + "/slow" + i)).build();
      var answer = mesh.client().send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }
    mesh.stop(adding.get(60, TimeUnit.SECONDS));
  }

  private static MeshNode addNode() {
    try {
      return mesh.add();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Socket ask(String path) throws IOException {
    URI at = mesh.node(0).ingressUri();
    var socket = new Socket(InetAddress.getByName(at.getHost()), at.getPort());
    String head = "GET " + path + " HTTP/1.1\r\nHost: a.example\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  /** How many calls of a function have ended on the second node. */
  private static long ended(String function) {
    return mesh.node(1).mesh().usage().stream()
        .filter(row -> row.name().equals(function))
        .mapToLong(UsageRow::requests)
        .sum();
  }
}
