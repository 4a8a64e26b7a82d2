package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.binding.BindingCall;
import dev.brink.exec.binding.BindingReply;
import dev.brink.exec.binding.Face;
import dev.brink.exec.binding.HostBinding;
import dev.brink.exec.binding.ObjectBinding;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Samples leave nothing behind but what the log says of them. */
class SampleWarmUpTest {
  /** Each thing that goes wrong is thrown, and so logged. */
  private static final String CAREFUL =
      """
      let calls = 0;
      const equal = (is, wanted) => {
        if (JSON.stringify(is) !== JSON.stringify(wanted)) throw new Error(`is ${JSON.stringify(is)}`);
      };
      const refused = async (what) => {
        const error = await what().then(() => null, (error) => error);
        if (!(error instanceof TypeError)) throw new Error(`not refused: ${what}`);
      };
      export default { async fetch(request, env) {
        calls++;
        if (request.url.endsWith('/calls')) return new Response(String(calls));
        console.log('printed');
        equal(request.method + ' ' + request.url, 'POST https://shop.example/order?n=1');
        equal(request.headers.get('x-kind'), 'sample');
        equal(await request.text(), 'two ä');
        equal([env.GREETING, env.KEY], ['hi', 'key']);
        await refused(() => fetch('http://example.com/'));
        await refused(() => env.API.fetch('http://api/'));
        await refused(() => fetch('http://example.com/', { headers: { upgrade: 'websocket' } }));
        await refused(() => env.OBJECT.touch('x'));
        equal(await env.STORE.get('k'), null);
        await env.STORE.put('k', 'v');
        await env.STORE.put('k', new Blob(['v']).stream());
        await env.STORE.delete('k');
        equal((await env.STORE.list()).keys, []);
        equal(await env.STORE.increment('n', 3), 3);
        equal((await env.STORE.atomic([{ put: 'k', value: 'v' }])).committed, true);
        equal(await env.STORE.cas('k', null, 'v') === null, false);
        equal(await env.STORE.cas('k', '7', 'v'), null);
        await caches.default.put('http://a/', new Response('x'));
        equal(await caches.default.match('http://a/') === undefined, true);
        equal(await caches.default.delete('http://a/'), false);
        return new Response('ok');
      } }
      """;

  private static final SampleRequest ORDER =
      new SampleRequest(
          "POST", "https://shop.example/order?n=1", Map.of("x-kind", "sample"), "two ä");

  private final AtomicInteger outside = new AtomicInteger();
  private final WrittenLog log = WrittenLog.of(SampleWarmUp.class);
  private final List<String> console = Collections.synchronizedList(new ArrayList<>());
  private final FunctionRuntime runtime =
      FunctionRuntime.builder()
          .lanes(2)
          .subrequests(
              (_, listener) -> {
                outside.incrementAndGet();
                listener.onFailure("reached");
                return () -> {};
              })
          .console((_, _, _, text) -> console.add(text))
          .build();

  /** Counts what reaches it. */
  private record Bound(Face face, AtomicInteger calls) implements HostBinding {
    @Override
    public CompletionStage<BindingReply> call(BindingCall call) {
      calls.incrementAndGet();
      return CompletableFuture.completedFuture(BindingReply.of("null"));
    }
  }

  /** A Java object. */
  interface Touched {
    void touch(String what);
  }

  @BeforeEach
  void awaitReady() {
    Sandbox.join(runtime.ready());
  }

  @AfterEach
  void close() {
    log.close();
    runtime.close();
  }

  @Test
  void samplesRunWithoutAnyEffect() {
    long made = runtime.instances().made();
    LoadedFunction function = load("t/careful@1", CAREFUL, Sandbox.LIMITS, ORDER);
    awaitLog("t/careful@1: run ");
    assertThat(runsOf("t/careful@1")).isGreaterThan(10);
    assertThat(log.warnings()).isEmpty();
    assertThat(outside).hasValue(0);
    assertThat(console).isEmpty();
    Sandbox.await("its instance to go", () -> runtime.instances().open() == 1);
    assertThat(runtime.instances().made()).isEqualTo(made + 1);
    for (Limit limit : Limit.values()) {
      assertThat(runtime.limitsMet(limit)).as(limit.toString()).isZero();
    }
    assertThat(get(function, "/calls")).isEqualTo("1");
  }

  @Test
  void whatASampleThrowsIsLoggedOnce() {
    String source = "export default { fetch() { throw new Error('in the\\nsample') } }";
    load("t/throws@1", source, Sandbox.LIMITS, SampleRequest.get("/a?b"));
    awaitLog("t/throws@1: run 1000 times with its samples");
    assertThat(log.warnings())
        .containsExactly("t/throws@1: samples[0], GET /a: UNCAUGHT: Error: in the");
    assertThat(console).isEmpty();
  }

  @Test
  void aSampleThatMeetsALimitIsRunNoMore() {
    String source =
        """
        export default { fetch(request) {
          if (request.url.endsWith('/loop')) for (;;);
          return new Response('ok');
        } }
        """;
    var limits =
        new FunctionLimits(
            Duration.ofMillis(100), Duration.ofSeconds(30), 64L << 20, 1L << 40, 1L << 40, 64);
    LoadedFunction function =
        load("t/loops@1", source, limits, SampleRequest.get("/loop"), SampleRequest.get("/"));
    awaitLog("t/loops@1: run 1000 times with its samples");
    assertThat(log.warnings())
        .singleElement()
        .asString()
        .startsWith("t/loops@1: samples[0], GET /loop: CPU_LIMIT: ran for more than 100 ms");
    assertThat(runtime.limitsMet(Limit.CPU)).isZero();
    assertThat(runtime.load().abandonedLanes()).isZero();
    assertThat(get(function, "/")).isEqualTo("ok");
  }

  /** It waits for a timer that would hold it up for as long as it may run in all. */
  @Test
  void anotherVersionEndsIt() {
    String source =
        """
        export default { async fetch() {
          await new Promise((resolve) => setTimeout(resolve, 1000));
          return new Response('ok');
        } }
        """;
    load("t/slow@1", source, Sandbox.LIMITS, SampleRequest.get("/"));
    Sandbox.await("its instance", () -> runtime.instances().open() == 2);
    load("t/slow@2", "// 2\n" + source, Sandbox.LIMITS);
    awaitLog("t/slow@1: run ");
    assertThat(runsOf("t/slow@1")).isLessThan(25);
    assertThat(log.warnings()).isEmpty();
    Sandbox.await("its instance to go", () -> runtime.instances().open() == 2);
  }

  @Test
  void itEndsWithTheFunctionAndWithTheRuntime() {
    String source =
        """
        export default { async fetch() {
          await new Promise((resolve) => setTimeout(resolve, 500));
          return new Response('ok');
        } }
        """;
    LoadedFunction function = load("t/a@1", source, Sandbox.LIMITS, SampleRequest.get("/"));
    Sandbox.await("its instance", () -> runtime.instances().open() == 2);
    function.close();
    awaitLog("t/a@1: run ");
    load("t/b@1", source, Sandbox.LIMITS, SampleRequest.get("/"));
    Sandbox.await("its instance", () -> runtime.instances().open() == 2);
    runtime.close();
    Sandbox.await("the end of its thread", () -> !isUnderWay());
    assertThat(log.warnings()).isEmpty();
  }

  @Test
  void theNextOnesRunAfterThereWasNoThread() {
    var had = new AtomicInteger();
    var warmUps =
        new SampleWarmUps(
            (GraalRuntime) runtime,
            task -> {
              if (had.getAndIncrement() == 0) {
                throw new OutOfMemoryError("unable to create native thread");
              }
              return Thread.ofPlatform().daemon().unstarted(task);
            });
    String source = "export default { fetch: () => new Response('x') }";
    LoadedFunction function = load("t/again@1", source, Sandbox.LIMITS, SampleRequest.get("/"));
    awaitLog("t/again@1: run ");
    log.clear();
    assertThatThrownBy(() -> warmUps.loaded((GraalFunction) function))
        .isInstanceOf(OutOfMemoryError.class);
    warmUps.loaded((GraalFunction) function);
    awaitLog("t/again@1: run ");
  }

  @Test
  void itWaitsWhileSomethingRuns() {
    String busy =
        """
        export default { async fetch() {
          const until = Date.now() + 1500;
          while (Date.now() < until);
          return new Response('computed');
        } }
        """;
    LoadedFunction function = load("t/busy@1", busy, Sandbox.LIMITS);
    var computed = new Answered();
    function.invoke(
        Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
        computed);
    Sandbox.await("the call to run", () -> runtime.load().busy() > 0 || computed.isDone());
    load(
        "t/waits@1",
        "export default { fetch: () => new Response('x') }",
        Sandbox.LIMITS,
        SampleRequest.get("/"));
    while (!computed.isDone()) {
      // Of the two functions' own.
      int open = runtime.instances().open();
      assertThat(computed.isDone() || open <= 2).isTrue();
    }
    assertThat(computed.end().text()).isEqualTo("computed");
    awaitLog("t/waits@1: run 1000 times with its samples");
  }

  @Test
  void samplesAreChecked() {
    refused("method: GE T (expected: a method of HTTP)", "GE T", "/", Map.of(), "");
    String url = " (expected: a path that begins with a slash, or a URL of http or https)";
    for (String wrong : List.of("", "a", "ftp://a/", "http://", "https://u@a/", "/ä", "/a b")) {
      refused("url: " + wrong + url, "GET", wrong, Map.of(), "");
    }
    refused("headers: a b (expected: names of headers)", "GET", "/", Map.of("a b", ""), "");
    assertThatThrownBy(() -> new SampleRequest("GET", "/", Map.of("a", "b\r\nc"), ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("headers.a: ");
    refused("body: x (expected: none with GET)", "", "/", Map.of(), "x");
    assertThatThrownBy(() -> SampleRequest.check(Collections.nCopies(17, SampleRequest.get("/"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("samples: 17 (expected: at most 16)");
    var large = new SampleRequest("POST", "/", Map.of(), "x".repeat(65_532));
    assertThatThrownBy(() -> SampleRequest.check(List.of(large)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("samples: 65537 bytes (expected: at most 65536 in all)");
  }

  private static void refused(
      String message, String method, String url, Map<String, String> headers, String body) {
    assertThatThrownBy(() -> new SampleRequest(method, url, headers, body))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private LoadedFunction load(
      String name, String source, FunctionLimits limits, SampleRequest... samples) {
    Touched object = _ -> outside.incrementAndGet();
    FunctionBundle bundle =
        new FunctionBundle(
                name,
                "main.js",
                Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
                limits,
                Map.of("GREETING", "hi"),
                Set.of("API"))
            .withBindings(
                Map.of(
                    "STORE",
                    new Bound(Face.KEY_VALUE, outside),
                    "OBJECT",
                    ObjectBinding.of(Touched.class, object)))
            .withCaches(new Bound(Face.CACHES, outside))
            .withSecrets(Map.of("KEY", Secret.of("key")))
            .withSamples(List.of(samples));
    return Sandbox.join(runtime.load(bundle));
  }

  private static String get(LoadedFunction function, String url) {
    var answer = new Answered();
    function.invoke(
        Sandbox.invocation(Sandbox.request(HttpMethod.GET, url), null, Duration.ofSeconds(60)),
        answer);
    return answer.end().text();
  }

  private void awaitLog(String beginning) {
    Sandbox.await(
        beginning, () -> log.lines().stream().anyMatch(line -> line.startsWith(beginning)));
  }

  private int runsOf(String name) {
    return log.lines().stream()
        .filter(line -> line.startsWith(name + ": run "))
        .mapToInt(line -> Integer.parseInt(line.split(" ", -1)[2]))
        .sum();
  }

  private static boolean isUnderWay() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("brink-sample-warm-up"));
  }
}
