package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.FunctionException.Code;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
          Duration.ofSeconds(1), Duration.ofSeconds(5), 64L << 20, 1_000, 1_000, 2, 2);

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
        "return new Response('x'.repeat(1_001));|BODY_LIMIT|BODY",
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
    Duration wall = Duration.ofMillis(wallMillis);
    LoadedFunction function =
        sandbox.load(source(script), new FunctionLimits(wall, wall, 32L << 20, 1_000, 1_000, 2, 2));
    Answered answered = sandbox.get(function, "/");
    assertThat(answered.failure().code()).isEqualTo(code);
    assertThat(answered.end().report().outcome()).isEqualTo(code);
    assertThat(sandbox.runtime.limitsMet(limit)).isEqualTo(1);
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
    assertThat(sandbox.console.getLast()).hasSize("INFO ".length() + 65_536 - 60_000 + 1);
    assertThat(sandbox.runtime.limitsMet(Limit.LOG)).isEqualTo(before + 1);
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
    assertThat(sandbox.console.get(6)).hasSize("INFO ".length() + 65_536 - 60_000 + 1);
  }

  @Test
  void anInstanceThatIsFullGetsCompany() {
    long before = sandbox.runtime.limitsMet(Limit.CONCURRENCY);
    LoadedFunction function =
        sandbox.load(
            """
            let here = 0;
            export default { async fetch() {
              const number = ++here;
              await scheduler.wait(100);
              return new Response(String(number));
            } };
            """,
            LIMITS);
    // The first turn of all may be long enough to go on beside its lane, and is no full instance.
    assertThat(sandbox.get(function, "/").end().text()).isEqualTo("1");
    List<Answered> three =
        List.of(sandbox.get(function, "/"), sandbox.get(function, "/"), sandbox.get(function, "/"));
    assertThat(three.stream().map(answered -> answered.end().text()))
        .containsExactlyInAnyOrder("2", "3", "1");
    assertThat(sandbox.runtime.limitsMet(Limit.CONCURRENCY)).isEqualTo(before + 1);
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
            FunctionException.class, e -> assertThat(e.code()).isEqualTo(Code.MODULE_ERROR))
        .hasMessageMatching("modules: \\d+ bytes \\(expected: at most 16777216\\)");
    assertThat(sandbox.runtime.limitsMet(Limit.CODE)).isEqualTo(1);
  }

  @Test
  void startUpIsBoundedToo() {
    long before = sandbox.runtime.limitsMet(Limit.START_UP);
    assertThatThrownBy(() -> sandbox.load("for (;;);", LIMITS))
        .isInstanceOfSatisfying(
            FunctionException.class, e -> assertThat(e.code()).isEqualTo(Code.MODULE_ERROR))
        .hasMessage("its modules ran too long while loading");
    assertThat(sandbox.runtime.limitsMet(Limit.START_UP)).isEqualTo(before + 1);
  }

  private static LoadedFunction load(String script) {
    return sandbox.load(source(script), LIMITS);
  }

  private static String source(String script) {
    return "export default { async fetch(request, env, ctx) {" + script + "} }";
  }
}
