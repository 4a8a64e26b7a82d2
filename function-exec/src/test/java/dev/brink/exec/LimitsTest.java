package dev.brink.exec;

import static dev.brink.exec.FunctionLimits.MAX_HEAD_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.FunctionException.Code;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions that want more than they may have: each limit broken, told by its code and counted. */
class LimitsTest {
  private static final FunctionLimits LIMITS =
      new FunctionLimits(
          Duration.ofSeconds(1), Duration.ofSeconds(60), 64L << 20, 1_000, 1_000, 2, 2);

  private static Sandbox sandbox;

  @BeforeAll
  static void start() {
    sandbox =
        Sandbox.of(
            (request, listener) -> {
              listener.onResponse(
                  new DefaultFullHttpResponse(
                      HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.EMPTY_BUFFER),
                  null);
              return () -> {};
            });
  }

  @AfterAll
  static void close() {
    sandbox.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "for (;;);|CPU_LIMIT|CPU",
        "const deep = () => deep() + 1; deep();|STACK_LIMIT|STACK",
        "for (let i = 0; i < 3; i++) await fetch('http://example.com/');"
            + "|SUBREQUEST_LIMIT|SUBREQUESTS",
        "for (let i = 0; i < 10_001; i++) setTimeout(() => undefined, 60_000);"
            + "|PENDING_LIMIT|PENDING",
        "for (let i = 0; i < 1_001; i++) ctx.waitUntil(new Promise(() => undefined));"
            + "|PENDING_LIMIT|PROMISES",
        "const x = 'x'.repeat((64 << 20) + 1);|UNCAUGHT|LENGTH",
        "new Uint8Array((128 << 20) + 1);|UNCAUGHT|LENGTH",
        "new ArrayBuffer((128 << 20) + 1);|UNCAUGHT|LENGTH",
        "return new Response('x'.repeat(1_001));|RESPONSE_LIMIT|BODY",
      })
  void aLimitIsToldByItsCodeAndCounted(String script, Code code, Limit limit) {
    long before = sandbox.runtime.limitsMet(limit);
    LoadedFunction function = load(script);
    Answered answered = sandbox.get(function, "/");
    assertThat(answered.failure().code()).isEqualTo(code);
    assertThat(answered.end().report().outcome()).isEqualTo(code);
    assertThat(sandbox.runtime.limitsMet(limit)).isEqualTo(before + 1);
    function.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "await new Promise(() => {});|50|WALL_LIMIT|WALL",
        "const held = []; for (;;) held.push(new Uint8Array(1 << 20).fill(1));"
            + "|30000|MEMORY_LIMIT|MEMORY",
      })
  void soAreThoseOfTimeAndMemory(String script, long wallMillis, Code code, Limit limit) {
    long before = sandbox.runtime.limitsMet(limit);
    Duration wall = Duration.ofMillis(wallMillis);
    LoadedFunction function =
        sandbox.load(source(script), new FunctionLimits(wall, wall, 32L << 20, 1_000, 1_000, 2, 2));
    Answered answered = sandbox.get(function, "/");
    assertThat(answered.failure().code()).isEqualTo(code);
    assertThat(answered.end().report().outcome()).isEqualTo(code);
    assertThat(sandbox.runtime.limitsMet(limit)).isEqualTo(before + 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "return new Response(null, { headers: { 'x-a': 'a'.repeat("
            + (MAX_HEAD_BYTES + 1 - 35)
            + ") } })",
        "return new Response(new ReadableStream(),"
            + " { headers: { 'x-a': 'a'.repeat("
            + (MAX_HEAD_BYTES + 1 - 35)
            + ") } })",
        "const r = new Response('');"
            + " for (let i = 0; i < 4_000; i++) r.headers.append('set-cookie', ''); return r"
      })
  void headersOfAResponseAreBounded(String script) {
    long before = sandbox.runtime.limitsMet(Limit.HEADERS);
    FunctionException failure = sandbox.get(load(script), "/").failure();
    assertThat(failure.code()).isEqualTo(Code.BAD_RESPONSE);
    assertThat(failure)
        .hasMessageContaining("(expected: at most " + MAX_HEAD_BYTES + ", with 32 for each)");
    assertThat(sandbox.runtime.limitsMet(Limit.HEADERS)).isEqualTo(before + 1);
  }

  @Test
  void headersUpToTheBoundAreSent() {
    LoadedFunction function =
        load(
            "const r = await fetch('http://x/', { headers: { 'x-a': 'a'.repeat(130_000) } });"
                + " return new Response(null, { headers: { 'x-a': 'a'.repeat("
                + (MAX_HEAD_BYTES - 35)
                + ") } })");
    assertThat(sandbox.get(function, "/").end().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fetch('http://x/', { headers: { 'x-a': 'a'.repeat(" + MAX_HEAD_BYTES + ") } })",
        "env.API.fetch('http://x/' + 'a'.repeat(" + MAX_HEAD_BYTES + "))",
        "fetch('http://x/', { headers: { upgrade: 'websocket', 'x-a': 'a'.repeat("
            + MAX_HEAD_BYTES
            + ") } })",
        "fetch('http://x/', { headers: Array.from({ length: 4_000 }, (_, i) => ['x-' + i, '']) })"
      })
  void soAreTheHeadersAndTheUrlOfASubrequest(String request) {
    long before = sandbox.runtime.limitsMet(Limit.HEADERS);
    LoadedFunction function =
        load("try { await " + request + " } catch (e) { return new Response(e.toString()) }");
    assertThat(sandbox.get(function, "/").end().text())
        .startsWith("TypeError: fetch: a URL and headers of ")
        .endsWith(" bytes (expected: at most " + MAX_HEAD_BYTES + ", with 32 for each header)");
    assertThat(sandbox.runtime.limitsMet(Limit.HEADERS)).isEqualTo(before + 1);
  }

  /** Timers are no work: one stays behind each time something is raced against it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          crypto.subtle.digest('SHA-256', new Uint8Array(1 << 18))                | 1
          await crypto.subtle.digest('SHA-256', new Uint8Array(1 << 18))          | 0
          ctx.waitUntil(crypto.subtle.digest('SHA-256', new Uint8Array(1 << 18))) | 0
          setTimeout(() => {}, 60_000)                                            | 0
          """)
  void whatIsLeftBehindAtTheEndIsCounted(String script, int counted) {
    long before = sandbox.runtime.limitsMet(Limit.LEFT);
    LoadedFunction function = load(script + "; return new Response()");
    assertThat(sandbox.get(function, "/").end().status()).isEqualTo(200);
    assertThat(sandbox.runtime.limitsMet(Limit.LEFT)).isEqualTo(before + counted);
  }

  @Test
  void aFunctionMayGoOnWithoutWhatItWasRefused() {
    LoadedFunction function =
        load(
            """
            let refused = '';
            for (let i = 0; i < 3; i++) {
              try { await fetch('http://example.com/'); } catch (e) { refused = e.constructor.name; }
            }
            const deep = () => deep() + 1;
            try { deep(); } catch (e) { refused += ` ${e.constructor.name}`; }
            return new Response(refused);
            """);
    Answered answered = sandbox.get(function, "/").end();
    assertThat(answered.text()).isEqualTo("TypeError RangeError");
    assertThat(answered.report().outcome()).isNull();
    assertThat(answered.report().subrequests()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"'x'.repeat((64 << 20) + 1)", "new Uint8Array((128 << 20) + 1)"})
  void whatIsLargeAtOnceIsRefused(String large) {
    LoadedFunction function =
        load("try { %s } catch (e) { return new Response(e.name) }".formatted(large));
    assertThat(sandbox.get(function, "/").end().text()).isEqualTo("RangeError");
  }

  @Test
  void whatIsPrintedIsCut() {
    long before = sandbox.runtime.limitsMet(Limit.LOG);
    sandbox.console.clear();
    LoadedFunction function =
        load("for (let i = 0; i < 9; i++) console.log('x'.repeat(10_000)); return new Response()");
    sandbox.get(function, "/").end();
    assertThat(sandbox.console).hasSize(7);
    assertThat(sandbox.console.getLast()).hasSize("INFO ".length() + 65_536 - 6 * 10_064 - 64 + 1);
    assertThat(sandbox.runtime.limitsMet(Limit.LOG)).isEqualTo(before + 1);
  }

  @Test
  void soAreRecordsThatSayNothing() {
    long before = sandbox.runtime.limitsMet(Limit.LOG);
    sandbox.console.clear();
    LoadedFunction function =
        load("for (let i = 0; i < 2000; i++) console.log(''); return new Response()");
    sandbox.get(function, "/").end();
    assertThat(sandbox.console).hasSize(1_024);
    assertThat(sandbox.runtime.limitsMet(Limit.LOG)).isLessThanOrEqualTo(before + 1);
  }

  @Test
  void aLineIsCutAfterWhatItTakesToEscapeIt() {
    sandbox.console.clear();
    LoadedFunction function = load("console.log('\\u0007'.repeat(10_000)); return new Response()");
    sandbox.get(function, "/").end();
    assertThat(sandbox.console.getFirst())
        .hasSize("INFO ".length() + (16 << 10) + 1)
        .startsWith("INFO \\u0007\\u0007");
  }

  @Test
  void whatModulesPrintAsTheyLoadIsCut() {
    sandbox.console.clear();
    LoadedFunction function =
        sandbox.load(
            """
            for (let i = 0; i < 9; i++) console.log('x'.repeat(10_000));
            export default { fetch: () => new Response() };
            """,
            LIMITS);
    sandbox.get(function, "/").end();
    assertThat(sandbox.console).isNotEmpty();
    assertThat(sandbox.console.size() % 7).isZero();
    assertThat(sandbox.console.get(6)).hasSize("INFO ".length() + 65_536 - 6 * 10_064 - 64 + 1);
  }

  @Test
  void anInstanceThatIsFullGetsCompany() {
    long before = sandbox.runtime.limitsMet(Limit.CONCURRENCY);
    LoadedFunction function =
        sandbox.load(
            """
            let here = 0;
            export default { async fetch(request) {
              const number = ++here;
              console.log('in');
              await request.text();
              return new Response(String(number));
            } };
            """,
            LIMITS);
    sandbox.console.clear();
    List<QueuedBody> bodies = List.of(new QueuedBody(), new QueuedBody(), new QueuedBody());
    List<Answered> three = new ArrayList<>();
    for (QueuedBody body : bodies) {
      three.add(sandbox.post(function, body));
      // A turn, of the first of all most likely, may be so long that it goes on beside its lane,
      // and an instance that is in one gets company without being full.
      Sandbox.await("it is under way", () -> sandbox.console.size() == three.size() && noTurn());
    }
    bodies.forEach(QueuedBody::end);
    assertThat(three.stream().map(answered -> answered.end().text()))
        .containsExactly("1", "2", "1");
    assertThat(sandbox.runtime.limitsMet(Limit.CONCURRENCY)).isEqualTo(before + 1);
  }

  private static boolean noTurn() {
    return sandbox.idle()
        && ((GraalRuntime) sandbox.runtime).allInstances().stream().noneMatch(Instance::inTurn);
  }

  @Test
  void aLargeFunctionIsNotLoaded() {
    Map<String, byte[]> modules = new HashMap<>();
    modules.put("main.js", source("").getBytes(StandardCharsets.UTF_8));
    modules.put("data.bin", new byte[16 << 20]);
    FunctionBundle bundle =
        new FunctionBundle("test/large", "main.js", modules, LIMITS, Map.of(), Set.of());
    assertThatThrownBy(() -> Sandbox.join(sandbox.runtime.load(bundle)))
        .isInstanceOfSatisfying(
            FunctionException.class, e -> assertThat(e.code()).isEqualTo(Code.CODE_LIMIT))
        .hasMessageMatching("modules: \\d+ bytes \\(expected: at most 16777216\\)");
    assertThat(sandbox.runtime.limitsMet(Limit.CODE)).isEqualTo(1);
  }

  @Test
  void whatIsWrongWithTheCodeDoesNotPass() {
    for (String source :
        List.of("export default {", "throw new Error('no')", "(function f() { f() })()")) {
      assertThatThrownBy(() -> sandbox.load(source, LIMITS))
          .isInstanceOfSatisfying(FunctionException.class, e -> assertThat(e.mayPass()).isFalse());
    }
  }

  @Test
  void startUpIsBoundedToo() {
    long before = sandbox.runtime.limitsMet(Limit.START_UP);
    assertThatThrownBy(() -> sandbox.load("for (;;);", LIMITS))
        .isInstanceOfSatisfying(
            FunctionException.class,
            e -> {
              assertThat(e.code()).isEqualTo(Code.START_UP_LIMIT);
              assertThat(e.mayPass()).isTrue();
            })
        .hasMessage("its modules ran too long while loading");
    assertThat(sandbox.runtime.limitsMet(Limit.START_UP)).isEqualTo(before + 1);
  }

  @Test
  void memoryOfLoadingIsMemory() {
    long before = sandbox.runtime.limitsMet(Limit.MEMORY);
    String source = "const held = []; for (;;) held.push(new Uint8Array(1 << 20).fill(1));";
    Duration patience = Duration.ofSeconds(30);
    var limits = new FunctionLimits(patience, patience, 32L << 20, 1_000, 1_000, 2, 2);
    assertThatThrownBy(() -> sandbox.load(source, limits))
        .isInstanceOfSatisfying(
            FunctionException.class, e -> assertThat(e.code()).isEqualTo(Code.MEMORY_LIMIT));
    assertThat(sandbox.runtime.limitsMet(Limit.MEMORY)).isEqualTo(before + 1);
  }

  /**
   * What it holds grows after the watchdog's first look and is not let go of. It grows where the
   * guest is stuck already: before that, it could be stopped.
   */
  @Test
  void memoryThatCannotBeTakenBackIsMemoryToo() {
    try (Sandbox own = Sandbox.of(1)) {
      String source =
          "const end = Date.now() + 500; while (Date.now() < end);"
              + Sandbox.STUCK
              + "export default { fetch: () => new Response() };";
      own.holdWhileStuck(300 << 20);
      Duration patience = Duration.ofSeconds(100);
      var limits = new FunctionLimits(patience, patience, 128L << 20, 1_000, 1_000, 2, 2);
      awaitSettledHeap();
      CompletableFuture<LoadedFunction> loaded =
          own.runtime
              .load(
                  new FunctionBundle(
                      "test/stuck",
                      "main.js",
                      Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
                      limits,
                      Map.of(),
                      Set.of()))
              .toCompletableFuture();
      Sandbox.await(
          "it is given up",
          () -> {
            if (!own.console.isEmpty()) {
              System.gc();
            }
            return loaded.isDone();
          });
      assertThatThrownBy(() -> Sandbox.join(loaded))
          .isInstanceOfSatisfying(
              FunctionException.class,
              e -> {
                assertThat(e.code()).isEqualTo(Code.MEMORY_LIMIT);
                assertThat(e.mayPass()).as(e.getMessage()).isFalse();
              })
          .hasMessage("its modules could not be stopped while loading");
      assertThat(own.runtime.limitsMet(Limit.MEMORY)).isEqualTo(1);
      assertThat(own.runtime.limitsMet(Limit.START_UP)).isZero();
    }
  }

  /** What goes in the turn, such as what another test's guests held, would hide what it holds. */
  private static void awaitSettledHeap() {
    long[] last = {Long.MAX_VALUE, 0};
    Sandbox.await(
        "a heap that does not shrink any more",
        () -> {
          System.gc();
          long held = HeapGauge.heldBytes();
          last[1] = last[0] - held < 4 << 20 ? last[1] + 1 : 0;
          last[0] = held;
          return last[1] == 5;
        });
  }

  @Test
  void aLimitIsCountedBeforeItIsTold() {
    long before = sandbox.runtime.limitsMet(Limit.WALL);
    var counted = new AtomicLong();
    var answered =
        new Answered() {
          @Override
          public void onFailure(FunctionException failure, Timing timing) {
            counted.set(sandbox.runtime.limitsMet(Limit.WALL));
            super.onFailure(failure, timing);
          }
        };
    Duration wall = Duration.ofMillis(50);
    LoadedFunction function =
        sandbox.load(
            source("await new Promise(() => {});"),
            new FunctionLimits(wall, wall, 32L << 20, 1_000, 1_000, 2, 2));
    function.invoke(
        Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
        answered);
    assertThat(answered.failure().code()).isEqualTo(Code.WALL_LIMIT);
    assertThat(counted).hasValue(before + 1);
    assertThat(answered.end().report().outcome()).isEqualTo(Code.WALL_LIMIT);
    assertThat(sandbox.runtime.limitsMet(Limit.WALL)).isEqualTo(before + 1);
  }

  private static LoadedFunction load(String script) {
    return sandbox.load(source(script), LIMITS);
  }

  private static String source(String script) {
    return "export default { async fetch(request, env, ctx) {" + script + "} }";
  }
}
