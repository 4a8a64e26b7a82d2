package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.brink.exec.FunctionLimits;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.Deployments;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.UsageRow;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes in one JVM. */
class MeshNodeTest {
  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh = TestMesh.start(directory, 3);
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  private static String text(String text) {
    return "export default { fetch() { return new Response(" + quoted(text) + "); } }";
  }

  private static String quoted(String text) {
    return "'" + text + "'";
  }

  @Test
  void whatIsDeployedAtOneNodeAnswersAtAll() throws Exception {
    DeployResult result =
        mesh.node(0).deployments().deploy(FunctionSpec.of("everywhere", text("hi"), "/everywhere"));
    assertThat(result.complete()).isTrue();
    assertThat(result.nodes())
        .extracting(DeployResult.NodeOutcome::status)
        .containsOnly(DeployResult.Status.READY)
        .hasSize(3);
    for (MeshNode node : mesh.nodes()) {
      HttpResponse<String> response = mesh.get(node, "/everywhere");
      assertThat(response.body()).isEqualTo("hi");
      assertThat(response.headers().firstValue("brink-node")).get().asString().startsWith("n");
      assertThat(response.headers().firstValue("server-timing"))
          .get()
          .asString()
          .matches("net;dur=.*, queue;dur=.*, cold;dur=.*, run;dur=.*, total;dur=.*");
      assertThat(response.headers().firstValue("brink-request-id")).isPresent();
    }
  }

  @Test
  void aNewVersionIsEverywhereOnceTheDeployReturns() throws Exception {
    for (int version = 0; version < 5; version++) {
      Deployments at = mesh.node(version % 3).deployments();
      at.deploy(FunctionSpec.of("versioned", text("v" + version), "/versioned"));
      for (MeshNode node : mesh.nodes()) {
        assertThat(mesh.get(node, "/versioned").body()).isEqualTo("v" + version);
      }
    }
  }

  @Test
  void aBrokenModuleIsRefusedWithItsLineAndColumn() {
    FunctionSpec broken = FunctionSpec.of("broken", "export default {\n  fetch(] {}\n}", "/broken");
    assertThatThrownBy(() -> mesh.node(0).deployments().deploy(broken))
        .isInstanceOfSatisfying(
            DeploymentException.class,
            e -> {
              assertThat(e.code()).isEqualTo("module-error");
              assertThat(e).hasMessageContaining("main.js:2:").hasMessageContaining("SyntaxError");
            });
    assertThat(mesh.node(0).deployments().list()).noneMatch(info -> info.name().equals("broken"));
  }

  @Test
  void aRouteThatAnotherFunctionHasIsRefused() {
    mesh.node(0).deployments().deploy(FunctionSpec.of("first", text("1"), "/taken/:a"));
    assertThatThrownBy(
            () ->
                mesh.node(1)
                    .deployments()
                    .deploy(FunctionSpec.of("second", text("2"), "/taken/:b")))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo("route-conflict"))
        .hasMessageContaining("default/first");
  }

  @Test
  void badNamesAreRefusedByName() {
    assertThatThrownBy(
            () -> mesh.node(0).deployments().deploy(FunctionSpec.of("No Good", text("x"))))
        .isInstanceOf(DeploymentException.class)
        .hasMessageStartingWith("name: No Good (expected: ");
    assertThatThrownBy(
            () ->
                mesh.node(0)
                    .deployments()
                    .deploy(FunctionSpec.of("port", text("x"), "example.com:8080/x")))
        .isInstanceOf(DeploymentException.class)
        .hasMessageStartingWith("route: example.com:8080/x (expected: a host without a port");
  }

  @Test
  void whatIsRemovedIsGoneEverywhere() throws Exception {
    mesh.node(0).deployments().deploy(FunctionSpec.of("going", text("x"), "/going"));
    mesh.node(1).deployments().remove("default", "going");
    for (MeshNode node : mesh.nodes()) {
      TestMesh.until(() -> status(node, "/going") == 404);
    }
    assertThatThrownBy(() -> mesh.node(2).deployments().remove("default", "going"))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo("deployment-not-found"));
  }

  private static int status(MeshNode node, String path) {
    try {
      return mesh.get(node, path).statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anUnknownPathIsAProblem() throws Exception {
    HttpResponse<String> response = mesh.get(mesh.node(0), "/nothing/here");
    assertThat(response.statusCode()).isEqualTo(404);
    assertThat(response.headers().firstValue("content-type"))
        .get()
        .asString()
        .startsWith("application/problem+json");
    assertThat(response.body()).contains("\"route-not-found\"");
  }

  @Test
  void anEndlessLoopIsEndedAndItsNeighboursDoNotNotice() throws Exception {
    contained("spin", "export default { fetch() { while (true) {} } }", "cpu-limit");
  }

  @Test
  void anAllocationLoopIsEndedAndItsNeighboursDoNotNotice() throws Exception {
    contained(
        "grow",
        "export default { fetch() { const a = []; while (true) a.push(new Array(1000).fill(1)); }"
            + " }",
        "memory-limit");
  }

  private static void contained(String name, String source, String code) throws Exception {
    FunctionLimits limits =
        new FunctionLimits(
            code.equals("cpu-limit") ? Duration.ofMillis(300) : Duration.ofSeconds(20),
            Duration.ofSeconds(25),
            64L << 20,
            1 << 20,
            1 << 20,
            16);
    Deployments deployments = mesh.node(0).deployments();
    deployments.deploy(
        FunctionSpec.builder(name)
            .module("main.js", source)
            .limits(limits)
            .route("/" + name)
            .build());
    deployments.deploy(FunctionSpec.of(name + "-neighbour", text("ok"), "/" + name + "-neighbour"));
    List<CompletableFuture<HttpResponse<String>>> runaways = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      runaways.add(
          mesh.client()
              .sendAsync(
                  HttpRequest.newBuilder(TestMesh.uri(mesh.node(i), "/" + name)).build(),
                  HttpResponse.BodyHandlers.ofString()));
    }
    for (int i = 0; i < 100; i++) {
      assertThat(mesh.get(mesh.node(i % 3), "/" + name + "-neighbour").body()).isEqualTo("ok");
    }
    for (CompletableFuture<HttpResponse<String>> runaway : runaways) {
      HttpResponse<String> response = runaway.get();
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains(code);
    }
  }

  @Test
  void usageIsSummedOverTheMesh() throws Exception {
    mesh.node(0).deployments().deploy(FunctionSpec.of("metered", text("12345"), "/metered"));
    for (int i = 0; i < 9; i++) {
      assertThat(mesh.post(mesh.node(i % 3), "/metered", new byte[0]).statusCode()).isEqualTo(200);
    }
    for (MeshNode node : mesh.nodes()) {
      TestMesh.until(
          () -> {
            List<UsageRow> rows =
                node.mesh().usage().stream().filter(row -> row.name().equals("metered")).toList();
            return rows.stream().mapToLong(UsageRow::requests).sum() == 9
                && rows.stream().mapToLong(UsageRow::bytesOut).sum() == 45;
          });
    }
  }

  @Test
  void theDecisionIsToldToWhomTheTokenIsKnown() throws Exception {
    MeshNode node = mesh.node(0);
    node.deployments()
        .deploy(
            FunctionSpec.of(
                "headers",
                "export default { fetch(r) { return Response.json(Object.fromEntries(r.headers)); }"
                    + " }",
                "/headers"));
    HttpResponse<String> told =
        mesh.get(
            node, "/headers", "brink-explain", "1", "authorization", "Bearer " + node.adminToken());
    assertThat(told.headers().firstValue("brink-decision"))
        .get()
        .asString()
        .contains("\"candidates\":[")
        .contains("\"n0\"")
        .contains("\"n1\"")
        .contains("\"n2\"");
    assertThat(told.body()).doesNotContain(node.adminToken()).doesNotContain("brink-");
    HttpResponse<String> untold =
        mesh.get(node, "/headers", "brink-explain", "1", "authorization", "Bearer wrong");
    assertThat(untold.headers().firstValue("brink-decision")).isEmpty();
    assertThat(untold.body()).contains("Bearer wrong");
  }

  @Test
  void aFunctionReachesAnotherThroughAService() throws Exception {
    Deployments deployments = mesh.node(0).deployments();
    deployments.deploy(
        FunctionSpec.of(
            "backend",
            "export default { async fetch(r) { return new Response(r.method + ' ' + new"
                + " URL(r.url).pathname + ' ' + await r.text()); } }"));
    deployments.deploy(
        FunctionSpec.builder("frontend")
            .module(
                "main.js",
                "export default { async fetch(r, env) { const answer = await"
                    + " env.API.fetch('http://api/deep', {method: 'POST', body: 'x'}); return new"
                    + " Response('said ' + await answer.text()); } }")
            .service("API", "backend")
            .route("/frontend")
            .build());
    for (MeshNode node : mesh.nodes()) {
      assertThat(mesh.get(node, "/frontend").body()).isEqualTo("said POST /deep x");
    }
  }

  @Test
  void theClientDoesWhatTheNodeDoes() {
    try (MeshClient client =
        MeshClient.connect(mesh.node(1).adminUri(), mesh.node(1).adminToken())) {
      DeployResult result =
          client.deployments().deploy(FunctionSpec.of("remote", text("far"), "/remote"));
      assertThat(result.complete()).isTrue();
      assertThat(client.deployments().describe("default", "remote").routes())
          .containsExactly("/remote");
      assertThat(
              client.deployments().invoke("default", "remote", InvokeRequest.get("/remote")).text())
          .isEqualTo("far");
      assertThat(client.nodes()).hasSize(3).allMatch(node -> node.state().equals("live"));
      assertThat(client.usage()).isNotNull();
      client.deployments().remove("default", "remote");
      assertThatThrownBy(() -> client.deployments().describe("default", "remote"))
          .isInstanceOfSatisfying(
              DeploymentException.class,
              e -> assertThat(e.code()).isEqualTo("deployment-not-found"));
    }
    try (MeshClient intruder = MeshClient.connect(mesh.node(1).adminUri(), "guess")) {
      assertThatThrownBy(intruder::nodes)
          .isInstanceOfSatisfying(
              DeploymentException.class, e -> assertThat(e.code()).isEqualTo("unauthorized"));
    }
  }

  @Test
  void healthIsOpenAndMetricsAreNot() throws Exception {
    MeshNode node = mesh.node(0);
    HttpRequest ready = HttpRequest.newBuilder(node.adminUri().resolve("/health/ready")).build();
    assertThat(mesh.client().send(ready, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
    HttpRequest metrics = HttpRequest.newBuilder(node.adminUri().resolve("/metrics")).build();
    assertThat(mesh.client().send(metrics, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(401);
    HttpRequest allowed =
        HttpRequest.newBuilder(node.adminUri().resolve("/metrics"))
            .header("authorization", "Bearer " + node.adminToken())
            .build();
    assertThat(mesh.client().send(allowed, HttpResponse.BodyHandlers.ofString()).body())
        .contains("brink_requests_seconds_count{status=\"2xx\"}")
        .contains("brink_links 2.0")
        .contains("brink_members 3.0");
  }

  @Test
  void aRouteMayLeadToUpstreamServers() throws Exception {
    HttpServer first = upstream("one");
    HttpServer second = upstream("two");
    try {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("upstream")
                  .server(uri(first))
                  .server(uri(second))
                  .route("/up/*")
                  .build());
      Set<String> answers = new TreeSet<>();
      for (int i = 0; i < 6; i++) {
        answers.add(mesh.get(mesh.node(i % 3), "/up/x?y=1").body());
      }
      assertThat(answers).containsExactly("one /up/x?y=1", "two /up/x?y=1");
      second.stop(0);
      for (int i = 0; i < 12; i++) {
        assertThat(mesh.get(mesh.node(i % 3), "/up/x").body()).isEqualTo("one /up/x");
      }
    } finally {
      first.stop(0);
      second.stop(0);
    }
  }

  @Test
  void aFunctionThatFailsPassesThroughToTheOriginBehindIt() throws Exception {
    HttpServer shop = upstream("shop");
    try {
      Deployments at = mesh.node(0).deployments();
      at.deploy(OriginSpec.builder("behind").server(uri(shop)).build());
      String source =
          """
          export default { fetch(request, env, ctx) {
            if (!request.url.endsWith('/own')) ctx.passThroughOnException();
            if (request.url.endsWith('/spin')) for (;;);
            throw new Error('no luck');
          } }
          """;
      at.deploy(
          FunctionSpec.builder("front")
              .module("main.js", source)
              .route("/front/*")
              .passThrough("behind")
              .build());
      for (MeshNode node : mesh.nodes()) {
        assertThat(mesh.get(node, "/front/throws").body()).isEqualTo("shop /front/throws");
      }
      assertThat(mesh.get(mesh.node(1), "/front/spin").body()).isEqualTo("shop /front/spin");
      assertThat(status(mesh.node(1), "/front/own")).isEqualTo(500);
      assertThat(mesh.post(mesh.node(1), "/front/body", new byte[] {1}).statusCode())
          .isEqualTo(500);
    } finally {
      shop.stop(0);
    }
  }

  private static HttpServer upstream(String name) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        request -> {
          byte[] answer = (name + " " + request.getRequestURI()).getBytes(UTF_8);
          request.sendResponseHeaders(200, answer.length);
          try (OutputStream body = request.getResponseBody()) {
            body.write(answer);
          }
        });
    server.start();
    return server;
  }

  private static URI uri(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Test
  void aLargeBodyStreamsThroughAFunction() throws Exception {
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.of(
                "echo", "export default { fetch(r) { return new Response(r.body); } }", "/echo"));
    byte[] body = "0123456789abcdef".repeat(1 << 16).getBytes(UTF_8);
    assertThat(mesh.post(mesh.node(2), "/echo", body).body()).isEqualTo(new String(body, UTF_8));
  }
}
