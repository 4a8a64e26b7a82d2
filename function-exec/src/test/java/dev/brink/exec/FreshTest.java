package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Functions of which each invocation has an instance of its own. */
class FreshTest {
  private static final String COUNTER =
      """
      let calls = 0;
      export default {
        async fetch() {
          globalThis.seen = (globalThis.seen ?? 0) + 1;
          Array.prototype.tainted = (Array.prototype.tainted ?? 0) + 1;
          await scheduler.wait(1);
          return new Response([++calls, globalThis.seen, [].tainted].join());
        }
      }
      """;

  private static LoadedFunction load(Sandbox sandbox, String source, FunctionLimits limits) {
    var bundle =
        new FunctionBundle(
                "test/fresh",
                "main.js",
                Map.of("main.js", source.getBytes(StandardCharsets.UTF_8)),
                limits,
                Map.of(),
                Set.of())
            .withIsolation(Isolation.FRESH);
    return Sandbox.join(sandbox.runtime.load(bundle));
  }

  @Test
  void nothingIsLeftForTheNextInvocation() {
    try (Sandbox sandbox = Sandbox.of(2)) {
      LoadedFunction fresh = load(sandbox, COUNTER, Sandbox.LIMITS);
      for (int i = 0; i < 20; i++) {
        assertThat(sandbox.get(fresh, "/").end().text()).isEqualTo("1,1,1");
      }
      LoadedFunction shared = sandbox.load(COUNTER);
      sandbox.get(shared, "/").end();
      assertThat(sandbox.get(shared, "/").end().text()).isEqualTo("2,2,2");
    }
  }

  @Test
  void invocationsAtOnceDoNotMeetEither() {
    try (Sandbox sandbox = Sandbox.of(2)) {
      LoadedFunction fresh = load(sandbox, COUNTER, Sandbox.LIMITS);
      List<Answered> all = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        all.add(sandbox.get(fresh, "/"));
      }
      all.forEach(answered -> assertThat(answered.end().text()).isEqualTo("1,1,1"));
    }
  }

  @Test
  void oneIsReadyAheadOfTheNext() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction fresh = load(sandbox, COUNTER, Sandbox.LIMITS);
      for (int i = 0; i < 5; i++) {
        Sandbox.await("one is ready", fresh::warm);
        InvocationReport report = sandbox.get(fresh, "/").end().report();
        assertThat(report.timing().cold()).isFalse();
      }
    }
  }

  @Test
  void whatIsReadyCanBeLetGoAndGoesWithTheFunction() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction fresh = load(sandbox, COUNTER, Sandbox.LIMITS);
      sandbox.get(fresh, "/").end();
      Sandbox.await("one is ready", fresh::warm);
      assertThat(fresh.evict(0)).isEqualTo(1);
      Sandbox.await("none is ready", () -> !fresh.warm());
      assertThat(sandbox.get(fresh, "/").end().report().timing().cold()).isTrue();
      Sandbox.await("one is ready again", fresh::warm);
      fresh.close();
      Sandbox.await("none is ready", () -> !fresh.warm());
    }
  }

  @Test
  void oneThatIsEndedTakesNoOtherWithIt() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      var tight =
          new FunctionLimits(
              Duration.ofMillis(200), Duration.ofSeconds(10), 64L << 20, 1L << 40, 1L << 40, 64);
      LoadedFunction fresh =
          load(
              sandbox,
              "export default { async fetch(request) {"
                  + " if (request.url.endsWith('spin')) for (;;) {}"
                  + " await scheduler.wait(400); return new Response('waited') } }",
              tight);
      Answered waiting = sandbox.get(fresh, "/wait");
      Answered spinning = sandbox.get(fresh, "/spin");
      assertThat(spinning.end().failure().code()).isEqualTo(FunctionException.Code.CPU_LIMIT);
      assertThat(waiting.end().text()).isEqualTo("waited");
    }
  }
}
