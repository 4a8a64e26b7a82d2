package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.Deployments;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.TickRequest;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What functions and origins get to know of clients, and of each other: two nodes. */
class RequestMeshTest {
  private static final String CLIENT = "127.0.0.2";
  private static final int UPLOAD_MILLIS = 3_000;

  @TempDir static Path directory;
  private static TestMesh mesh;
  private static Deployments deployments;

  @BeforeAll
  static void start() throws Exception {
    mesh =
        TestMesh.start(directory, 2, (index, config) -> config.labels(Map.of("zone", "z" + index)));
    deployments = mesh.node(0).deployments();
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  /** The answer to a request of which every line is the test's own. */
  private static String send(MeshNode node, String... lines) throws IOException {
    URI at = node.ingressUri();
    InetAddress own = InetAddress.getByName(CLIENT);
    try (var socket = new Socket(InetAddress.getByName(at.getHost()), at.getPort(), own, 0)) {
      socket.setSoTimeout(30_000);
      String head = String.join("\r\n", lines) + "\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    }
  }

  /** The answer to one request of any.example, with these headers too. */
  private static String get(MeshNode node, String target, String... headers) throws IOException {
    List<String> lines =
        new ArrayList<>(List.of("GET " + target + " HTTP/1.1", "Host: any.example"));
    lines.addAll(List.of(headers));
    lines.add("Connection: close");
    return send(node, lines.toArray(String[]::new));
  }

  private static FunctionSpec.Builder only(String zone, String name, String source) {
    Hints hints = Hints.builder().pin(NodeSelector.parse("zone=" + zone)).build();
    return FunctionSpec.builder(name)
        .module("main.js", source)
        .placement(new FunctionPlacement(hints, FunctionPlacement.DEFAULT.affinity()));
  }

  @Test
  void theHostStaysInTheUrlWhateverConnectionNames() throws Exception {
    String source = "export default { fetch(request) { return new Response(request.url); } }";
    assertThat(
            deployments
                .deploy(only("z1", "url", source).route("shop.example/*").build())
                .complete())
        .isTrue();
    for (MeshNode node : mesh.nodes()) {
      assertThat(
              send(
                  node,
                  "GET /public/admin HTTP/1.1",
                  "Host: shop.example",
                  "Connection: Host, close"))
          .startsWith("HTTP/1.1 200 ")
          .endsWith("http://shop.example/public/admin");
    }
  }

  @Test
  void whatIsBehindAFunctionHearsOfTheClientOnce() throws Exception {
    String called = "export default { fetch: r => new Response(r.headers.get('x-forwarded-for')) }";
    String calls =
        """
        export default { fetch(request, env, ctx) {
          ctx.passThroughOnException();
          const path = new URL(request.url).pathname;
          if (path.endsWith('/passed')) throw new Error('no luck');
          const service = path.endsWith('/origin') ? env.ORIGIN : env.CALLED;
          return service.fetch('http://inside/', { headers: { 'x-forwarded-for': '192.0.2.66' } });
        } }
        """;
    try (var origin =
        new CountingOrigin(
            (exchange, count) ->
                CountingOrigin.send(
                    exchange,
                    String.join("|", exchange.getRequestHeaders().get("x-forwarded-for"))))) {
      deployments.deploy(OriginSpec.builder("seen").server(origin.uri()).build());
      deployments.deploy(FunctionSpec.of("called", called));
      deployments.deploy(
          only("z1", "calls", calls)
              .service("ORIGIN", "seen")
              .service("CALLED", "called")
              .passThrough("seen")
              .route("/calls/*")
              .build());
      for (MeshNode node : mesh.nodes()) {
        for (String path : List.of("origin", "called", "passed")) {
          assertThat(get(node, "/calls/" + path, "X-Forwarded-For: 192.0.2.55"))
              .as(path)
              .startsWith("HTTP/1.1 200 ")
              .containsPattern("\r\n" + CLIENT + "(\r\n|$)");
        }
      }
    }
  }

  @Test
  void functionsThatCallEachOtherEndWhenTheyAreDeep() throws Exception {
    String calls =
        """
        export default { async fetch(request, env) {
          const depth = +new URL(request.url).searchParams.get('depth');
          try {
            return await env.OTHER.fetch('http://other/?depth=' + (depth + 1));
          } catch (e) {
            return new Response(depth + ' ' + e.message);
          }
        } }
        """;
    deployments.deploy(only("z0", "ping", calls).service("OTHER", "pong").route("/ping").build());
    deployments.deploy(only("z1", "pong", calls).service("OTHER", "ping").build());
    assertThat(get(mesh.node(0), "/ping?depth=0"))
        .endsWith("16 env.OTHER: functions call each other 16 deep (expected: no more)");
  }

  @Test
  void aRequestThatComesBackEndsAfterSomeRounds() throws Exception {
    String back =
        """
        export default { async fetch(request, env) {
          const answer = await env.BACK.fetch('http://any/back', { headers: { 'cdn-loop': 'mine' } });
          const rounds = +answer.headers.get('rounds') + 1;
          return new Response(answer.body, { status: answer.status, headers: { rounds } });
        } }
        """;
    deployments.deploy(
        OriginSpec.builder("round").server(mesh.node(1).ingressUri()).route("/round").build());
    deployments.deploy(OriginSpec.builder("again").server(mesh.node(1).ingressUri()).build());
    deployments.deploy(only("z0", "back", back).service("BACK", "again").route("/back").build());
    for (String path : List.of("/round", "/back")) {
      String answer = get(mesh.node(0), path, "CDN-Loop: other.example; brink");
      assertThat(answer).as(path).startsWith("HTTP/1.1 508 ").contains("\"code\":\"loop\"");
      assertThat(answer.contains("\r\nrounds: 8\r\n")).isEqualTo(path.equals("/back"));
    }
  }

  /** Each time round it would find that it is being fetched, and wait for itself. */
  @Test
  void aRequestThatComesBackToItsOwnCacheEnds() throws Exception {
    deployments.deploy(
        OriginSpec.builder("circle")
            .server(mesh.node(1).ingressUri())
            .keepHost(true)
            .cache(CachePolicy.DEFAULT)
            .route("/circle")
            .build());
    for (MeshNode node : mesh.nodes()) {
      for (String range : List.of("X-Range: none", "Range: bytes=0-9")) {
        assertThat(get(node, "/circle?from=" + node.name() + range.length(), range))
            .startsWith("HTTP/1.1 508 ")
            .contains("\"code\":\"loop\"");
      }
    }
  }

  /** Else any client could have each of its requests fetched for itself. */
  @Test
  void aClientThatSaysItWasPassedOnWaitsForTheOthersFetch() throws Exception {
    var released = new CountDownLatch(1);
    String guess = "brink;mesh=0123456789abcdef0123456789abcdef, brink";
    try (var origin =
        new CountingOrigin(
            (exchange, _) -> {
              released.await();
              CountingOrigin.send(
                  exchange,
                  exchange.getRequestHeaders().getFirst("cdn-loop"),
                  "cache-control",
                  "max-age=600");
            })) {
      deployments.deploy(
          OriginSpec.builder("herd")
              .server(origin.uri())
              .cache(CachePolicy.DEFAULT)
              .route("/herd")
              .build());
      List<CompletableFuture<HttpResponse<String>>> herd = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        URI uri = TestMesh.uri(mesh.node(i % 2), "/herd");
        herd.add(
            mesh.client()
                .sendAsync(
                    HttpRequest.newBuilder(uri).header("cdn-loop", guess).build(),
                    HttpResponse.BodyHandlers.ofString()));
      }
      TestMesh.until(() -> origin.asked.get() >= mesh.nodes().size());
      for (MeshNode node : mesh.nodes()) {
        assertThat(mesh.get(node, "/nothing").statusCode()).isEqualTo(404);
      }
      released.countDown();
      for (CompletableFuture<HttpResponse<String>> each : herd) {
        assertThat(each.get(30, TimeUnit.SECONDS).body()).startsWith(guess + ", brink;mesh=");
      }
      assertThat(origin.asked).as("once for each node's host").hasValue(mesh.nodes().size());
    }
  }

  @Test
  void allNodesOfAMeshMarkWhatTheyPassOnAlike() throws Exception {
    try (var origin =
        new CountingOrigin(
            (exchange, _) ->
                CountingOrigin.send(exchange, exchange.getRequestHeaders().getFirst("cdn-loop")))) {
      deployments.deploy(OriginSpec.builder("marks").server(origin.uri()).route("/marks").build());
      String mark = mesh.get(mesh.node(0), "/marks").body();
      assertThat(mark).matches("brink;mesh=[0-9a-f]{32}");
      assertThat(mesh.get(mesh.node(1), "/marks").body()).isEqualTo(mark);
    }
  }

  @Test
  void whatIsAskedOfTheNodeItselfRunsNothing() throws Exception {
    try (var seen = new CountingOrigin((exchange, _) -> CountingOrigin.send(exchange, ""))) {
      deployments.deploy(
          OriginSpec.builder("all").server(seen.uri()).route("star.example/*").build());
      for (String target : List.of("*", "http://star.example")) {
        String answer =
            send(
                mesh.node(0),
                "OPTIONS " + target + " HTTP/1.1",
                "Host: star.example",
                "Connection: close");
        assertThat(answer)
            .startsWith("HTTP/1.1 204 ")
            .contains("\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n");
      }
      assertThat(seen.asked.get()).isZero();
      assertThat(send(mesh.node(0), "GET * HTTP/1.1", "Host: star.example", "Connection: close"))
          .startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void theTextOfAStatusReachesTheClient() throws Exception {
    String odd =
        """
        export default { fetch(request) {
          const status = +new URL(request.url).searchParams.get('status');
          return new Response('', { status, statusText: 'Odd \u00e9', headers: { 'cache-control': 'max-age=60' } });
        } };
        """;
    deployments.deploy(only("z1", "odd", odd).route("/odd").build());
    deployments.deploy(only("z1", "kept", odd).cache(CachePolicy.DEFAULT).route("/kept").build());
    for (String path : List.of("/odd", "/kept", "/kept")) {
      for (MeshNode node : mesh.nodes()) {
        for (String status : List.of("200", "299", "404")) {
          assertThat(get(node, path + "?status=" + status))
              .as(node.name() + " " + path)
              .startsWith("HTTP/1.1 " + status + " Odd \u00e9\r\n");
        }
      }
    }
  }

  @Test
  void whatAFunctionSaysOfItsErrorIsForWhoeverRunsItAndForNoClient() throws Exception {
    String throwing = "export default { fetch() { throw new Error('no ' + 'x'.repeat(5000)) } }";
    deployments.deploy(only("z1", "throws", throwing).route("/throws").build());
    for (MeshNode node : mesh.nodes()) {
      assertThat(get(node, "/throws"))
          .startsWith("HTTP/1.1 500 ")
          .contains("\"code\":\"function-error\"", "the function threw an error\"")
          .doesNotContain("no x");
      assertThatThrownBy(
              () -> node.deployments().invoke("default", "throws", InvokeRequest.get("/")))
          .isInstanceOfSatisfying(
              DeploymentException.class,
              failed -> assertThat(failed.code()).isEqualTo("function-error"))
          .hasMessageStartingWith("the function threw an error: Error: no xxx")
          .hasMessageEndingWith("x…")
          .message()
          .hasSizeLessThan(1200);
    }
  }

  @Test
  void waitingForTheCallersUploadIsNoPartOfTheRun() throws Exception {
    String reads =
        "export default { async fetch(request, env) { await env.BEGUN.fetch('http://begun/');"
            + " return new Response(await request.text()); } };";
    try (var begun = new CountingOrigin((exchange, _) -> CountingOrigin.send(exchange, ""))) {
      deployments.deploy(OriginSpec.builder("begun").server(begun.uri()).build());
      deployments.deploy(
          only("z1", "reads", reads).service("BEGUN", "begun").route("/reads").build());
      for (MeshNode node : mesh.nodes()) {
        int before = begun.asked.get();
        URI at = node.ingressUri();
        try (var socket = new Socket(InetAddress.getByName(at.getHost()), at.getPort())) {
          socket.setSoTimeout(30_000);
          String head =
              "POST /reads HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4\r\n\r\n";
          long began = System.nanoTime();
          socket.getOutputStream().write((head + "ab").getBytes(ISO_8859_1));
          TestMesh.until(() -> begun.asked.get() > before);
          Thread.sleep(UPLOAD_MILLIS);
          socket.getOutputStream().write("cd".getBytes(ISO_8859_1));
          String answer = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
          double all = (System.nanoTime() - began) / 1e6;
          assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("abcd");
          Matcher run = Pattern.compile("run;dur=([0-9.]+)").matcher(answer);
          assertThat(run.find()).as(answer).isTrue();
          assertThat(Double.parseDouble(run.group(1)))
              .as(answer)
              .isLessThan(all - UPLOAD_MILLIS / 2.0);
        }
      }
    }
  }

  @Test
  void whatConnectionNamesSelectsNothingOfACache() throws Exception {
    try (var origin =
        new CountingOrigin(
            (exchange, count) -> {
              String language = exchange.getRequestHeaders().getFirst("accept-language");
              CountingOrigin.send(
                  exchange,
                  "language: " + language,
                  "cache-control",
                  "max-age=600",
                  "vary",
                  "accept-language");
            })) {
      deployments.deploy(
          OriginSpec.builder("languages")
              .server(origin.uri())
              .cache(CachePolicy.builder().strict(true).build())
              .route("/languages")
              .build());
      for (String connection : List.of("accept-language, close", "close")) {
        assertThat(
                send(
                    mesh.node(0),
                    "GET /languages HTTP/1.1",
                    "Host: any.example",
                    "Accept-Language: fr",
                    "Connection: " + connection))
            .endsWith(connection.equals("close") ? "language: fr" : "language: null");
      }
    }
  }

  @Test
  void aTickByHandTellsNothingOfWhatAnotherNodesTickAskedFor() throws Exception {
    var released = new CountDownLatch(1);
    try (var origin =
        new CountingOrigin(
            (exchange, _) -> {
              released.await();
              CountingOrigin.send(exchange, "");
            })) {
      deployments.deploy(OriginSpec.builder("slow").server(origin.uri()).build());
      deployments.deploy(
          only(
                  "z1",
                  "waits",
                  "export default { scheduled: (e, env) => env.SLOW.fetch('http://a/') }")
              .service("SLOW", "slow")
              .build());
      deployments.deploy(
          only(
                  "z1",
                  "prints",
                  "export default { fetch() { console.log('secret'); return new Response('') } }")
              .build());
      deployments.deploy(
          only("z0", "asks", "export default { scheduled: (e, env) => env.IT.fetch('http://a/') }")
              .service("IT", "prints")
              .build());

      var waits =
          CompletableFuture.supplyAsync(
              () -> mesh.node(1).mesh().tick("default", "waits", TickRequest.NOW));
      TestMesh.until(() -> origin.asked.get() == 1);
      assertThat(mesh.node(0).mesh().tick("default", "asks", TickRequest.NOW).ok()).isTrue();
      released.countDown();
      assertThat(waits.get(30, TimeUnit.SECONDS).ok()).isTrue();
      assertThat(waits.get().log()).isEmpty();
    }
  }
}
