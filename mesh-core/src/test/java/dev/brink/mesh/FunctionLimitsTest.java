package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.Isolation;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.FunctionSpec;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much functions may use, and what is said when they want more, on one node. */
class FunctionLimitsTest {
  private static final String ECHO =
      """
      export default { fetch(request) {
        const { 0: client, 1: server } = new WebSocketPair();
        server.accept();
        server.addEventListener('message', ({ data }) => server.send(data));
        return new Response(null, { status: 101, webSocket: client });
      } };
      """;

  /** A stream whose first chunk is pulled ahead of its reader, and the second one by that. */
  private static final String SECOND =
      """
      const second = (pull) => {
        let first = true;
        return new Response(new ReadableStream({
          pull(controller) {
            if (!first) return pull();
            first = false;
            controller.enqueue(new Uint8Array(1));
          },
        }));
      };
      export default { fetch(request, env, ctx) {
      """;

  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh =
        TestMesh.start(
            directory,
            1,
            (_, config) ->
                config.functions(
                    functions ->
                        functions
                            .cpuMax(Duration.ofSeconds(60))
                            .webSockets(sockets -> sockets.maxOpen(2).maxPerOwner(1))));
    for (String tenant : new String[] {"one", "two", "three"}) {
      mesh.node(0)
          .deployments()
          .deploy(
              FunctionSpec.builder("echo")
                  .tenant(tenant)
                  .module("main.js", ECHO)
                  .route("/" + tenant)
                  .build());
    }
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  @Test
  void aTenantLeavesPlacesToOthers() throws Exception {
    TestSocket first = TestSocket.open(mesh.client(), mesh.node(0), "/one");
    refused("/one", 429, "tenant-websocket-limit");
    assertThat(metric("brink_websockets_refused_tenant_total")).isEqualTo(1);
    // Counted when the call has ended, a moment after it was answered.
    TestMesh.until(() -> metric("brink_function_limits_total{limit=\"owner-websockets\"}") == 1);
    TestSocket second = TestSocket.open(mesh.client(), mesh.node(0), "/two");
    refused("/three", 503, "websocket-limit");
    assertThat(metric("brink_websockets_refused_total")).isEqualTo(1);
    for (TestSocket socket : new TestSocket[] {first, second}) {
      socket.text("there");
      assertThat(socket.next()).isEqualTo("text there");
    }
    first.socket().sendClose(1000, "").join();
    TestMesh.until(() -> metric("brink_websockets_open") == 1);
    TestSocket again = TestSocket.open(mesh.client(), mesh.node(0), "/one");
    again.text("there");
    assertThat(again.next()).isEqualTo("text there");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "const deep = () => deep() + 1; deep();|stack-limit",
        "for (let i = 0; i < 50; i++) await fetch('http://127.0.0.1/').catch(() => {});"
            + " await fetch('http://127.0.0.1/');|subrequest-limit",
        "for (let i = 0; i < 1001; i++) ctx.waitUntil(new Promise(() => {}));|pending-limit",
      })
  void aLimitHasACodeOfItsOwn(String script, String code) throws Exception {
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.of(
                code,
                "export default { async fetch(request, env, ctx) {" + script + "} }",
                "/" + code));
    HttpResponse<String> answer = mesh.get(mesh.node(0), "/" + code);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).contains("\"" + code + "\"");
  }

  @Test
  void aResponseThatIsTooLargeIsNotTheClientsFault() throws Exception {
    FunctionLimits usual = FunctionLimits.DEFAULT;
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.builder("large")
                .module(
                    "main.js", "export default { fetch() { return new Response('12345678901') } }")
                .route("/large")
                .limits(
                    new FunctionLimits(
                        usual.cpuBurst(), usual.wall(), usual.memoryBytes(), 1L << 40, 10, 64))
                .build());
    HttpResponse<String> answer = mesh.get(mesh.node(0), "/large");
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).contains("\"response-limit\"");
  }

  /** A client that has had the head of a response can be told nothing more. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ctx.waitUntil(new Promise(() => {})); return new Response('early');|WALL_LIMIT",
        "return second(() => new Promise(() => {}));|WALL_LIMIT",
        "return second(() => { for (;;); });|CPU_LIMIT",
        "return second(() => { throw new Error('no'); });|UNCAUGHT",
      })
  void whatEndsAfterAnAnswerHasBegunIsInTheLog(String script, String code) throws Exception {
    FunctionLimits usual = FunctionLimits.DEFAULT;
    mesh.node(0)
        .deployments()
        .deploy(
            FunctionSpec.builder("late")
                .module("main.js", SECOND + script + "} }")
                .route("/late")
                .limits(
                    new FunctionLimits(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(4),
                        usual.memoryBytes(),
                        1L << 40,
                        1L << 40,
                        64))
                .build());
    try (CapturedLog log = CapturedLog.of("dev.brink.mesh.function", Level.INFO)) {
      // A body that is broken off is an error for some clients, in the midst of the answer.
      var _ =
          mesh.client()
              .sendAsync(
                  HttpRequest.newBuilder(TestMesh.uri(mesh.node(0), "/late")).build(),
                  HttpResponse.BodyHandlers.discarding());
      String said = code + ": ended after its response had begun";
      TestMesh.until(() -> log.lines().stream().anyMatch(line -> line.endsWith(said)));
    }
  }

  @Test
  void modulesThatTakeTooLongHaveACodeOfTheirOwn() {
    FunctionSpec spec = FunctionSpec.of("endless", "for (;;); export default {}", "/endless");
    assertThatThrownBy(() -> mesh.node(0).deployments().deploy(spec))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo("start-up-limit"));
  }

  @Test
  void aManifestAsksForEvalAndForInstancesOfItsOwn() throws Exception {
    String source =
        """
        let calls = 0;
        export default { fetch() {
          let evaluated;
          try { evaluated = new Function('return 6 * 7')() } catch (e) { evaluated = e.name }
          return new Response([++calls, evaluated].join());
        } }
        """;
    FunctionSpec usual = FunctionSpec.of("usual", source, "/usual");
    FunctionSpec other =
        FunctionSpec.builder("other")
            .module("main.js", source)
            .route("/other")
            .eval(true)
            .isolation(Isolation.FRESH)
            .build();
    mesh.node(0).deployments().deploy(usual);
    mesh.node(0).deployments().deploy(other);
    assertThat(mesh.get(mesh.node(0), "/other").body()).isEqualTo("1,42");
    assertThat(mesh.get(mesh.node(0), "/other").body()).isEqualTo("1,42");
    assertThat(mesh.get(mesh.node(0), "/usual").body()).isEqualTo("1,EvalError");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "default|0|ran for more than 1000 ms of processor time, the most at once with the default"
            + " limit of 50 ms; cpuMs in the manifest sets another",
        "exact|50|ran for more than 50 ms of processor time\"",
        "generous|60000|",
      })
  void processorTimeIsTheNodesOrTheManifests(String name, long cpuMillis, @Nullable String message)
      throws Exception {
    FunctionSpec.Builder spec =
        FunctionSpec.builder(name)
            .module(
                "main.js",
                message == null
                    ? "export default { fetch() { return new Response('ok') } }"
                    : "export default { fetch() { for (;;); } }")
            .route("/" + name);
    if (cpuMillis > 0) {
      spec.limits(limits(cpuMillis, FunctionLimits.DEFAULT_SUBREQUESTS));
    }
    mesh.node(0).deployments().deploy(spec.build());
    HttpResponse<String> answer = mesh.get(mesh.node(0), "/" + name);
    if (message == null) {
      assertThat(answer.body()).isEqualTo("ok");
    } else {
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).contains("\"cpu-limit\"", "the function was ended: " + message);
      assertThat(metric("brink_function_cpu_credit_least")).isBetween(0.0, 1.0);
    }
  }

  @Test
  void aCreditOfOnesOwnIsNotForManifests() {
    FunctionLimits usual = FunctionLimits.DEFAULT;
    var limits =
        new FunctionLimits(
            Duration.ofMillis(100),
            Duration.ofMillis(200),
            usual.wall(),
            usual.memoryBytes(),
            usual.requestBodyBytes(),
            usual.responseBodyBytes(),
            usual.subrequests(),
            usual.concurrency());
    assertThatThrownBy(
            () ->
                mesh.node(0)
                    .deployments()
                    .deploy(
                        FunctionSpec.builder("bursts")
                            .module("main.js", ECHO)
                            .limits(limits)
                            .build()))
        .isInstanceOf(DeploymentException.class)
        .hasMessageStartingWith("limits.cpuBurst: 200 ms (expected: no more than cpu");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "60001|50|limits.cpuMs: 60001 (expected: at most 60000, by functions.limits.cpu-max of the"
            + " node)",
        "50|10001|limits.subrequests: 10001 (expected: at most 10000)",
      })
  void aManifestMayNotAskForMore(long cpuMillis, int subrequests, String message) {
    FunctionSpec spec =
        FunctionSpec.builder("greedy")
            .module("main.js", ECHO)
            .limits(limits(cpuMillis, subrequests))
            .build();
    assertThatThrownBy(() -> mesh.node(0).deployments().deploy(spec))
        .isInstanceOf(DeploymentException.class)
        .hasMessage(message);
  }

  private static FunctionLimits limits(long cpuMillis, int subrequests) {
    FunctionLimits usual = FunctionLimits.DEFAULT;
    return new FunctionLimits(
        Duration.ofMillis(cpuMillis),
        usual.wall(),
        usual.memoryBytes(),
        usual.requestBodyBytes(),
        usual.responseBodyBytes(),
        subrequests,
        usual.concurrency());
  }

  private static void refused(String path, int status, String code) {
    Throwable thrown =
        catchThrowableOfType(
            CompletionException.class, () -> TestSocket.open(mesh.client(), mesh.node(0), path));
    assertThat(thrown)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> {
              assertThat(e.getResponse().statusCode()).isEqualTo(status);
              assertThat(e.getResponse().headers().firstValue("retry-after")).contains("1");
              assertThat(String.valueOf(e.getResponse().body())).contains("\"" + code + "\"");
            });
  }

  private static double metric(String name) {
    HttpRequest request =
        HttpRequest.newBuilder(mesh.node(0).adminUri().resolve("/metrics"))
            .header("authorization", "Bearer " + mesh.node(0).adminToken())
            .timeout(Duration.ofSeconds(30))
            .build();
    return mesh.client()
        .sendAsync(request, HttpResponse.BodyHandlers.ofString())
        .join()
        .body()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
