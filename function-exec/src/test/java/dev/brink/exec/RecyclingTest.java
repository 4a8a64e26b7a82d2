package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.HttpMethod;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What one invocation leaves in an instance for others does not stay for ever. */
class RecyclingTest {
  private static final String COUNTS =
      """
      let here = 0;
      export default { async fetch(request) {
        const number = ++here;
        if (number === 1) Array.prototype.polluted = true;
        if (request.url.endsWith('wait')) await scheduler.wait(300);
        return new Response(`${number} ${here} ${[].polluted}`);
      } };
      """;

  @Test
  void anInstanceIsReplacedAfterSoManyInvocationsAndNoneOfThemWaits() {
    try (Sandbox sandbox = Sandbox.of(1, RuntimeLimits.builder().recycleRuns(12).build())) {
      LoadedFunction function = sandbox.load(COUNTS);
      // The first turn of all may go on beside its lane, and another instance be made meanwhile.
      sandbox.get(function, "/wait").end();
      Answered waits = sandbox.get(function, "/wait");
      // While another is made the old one takes what comes, however many that are.
      int most = 0;
      int replaced = 0;
      for (int before = 2, i = 0; replaced < 4; i++) {
        Answered answered = sandbox.get(function, "/").end();
        int number = Integer.parseInt(answered.text().substring(0, answered.text().indexOf(' ')));
        assertThat(answered.report().timing().cold()).isFalse();
        most = Math.max(most, number);
        replaced += number < before ? 1 : 0;
        before = number;
        assertThat(i).as("calls, of which one instance had %d", most).isLessThan(100_000);
      }
      assertThat(waits.end().text()).as("on the first, to its end").startsWith("2 ");
      Sandbox.await("they are counted", () -> sandbox.runtime.instances().recycled() >= 4);
      Sandbox.await("the old ones go", () -> sandbox.runtime.instances().open() <= 2);
    }
  }

  @Test
  void soItIsWhenItIsOld() {
    try (Sandbox sandbox =
        Sandbox.of(1, RuntimeLimits.builder().recycleAfter(Duration.ofMillis(200)).build())) {
      LoadedFunction function = sandbox.load(COUNTS);
      assertThat(sandbox.get(function, "/").end().text()).isEqualTo("1 1 true");
      Sandbox.await("it is replaced", () -> sandbox.runtime.instances().recycled() == 1);
      assertThat(function.warm()).isTrue();
      Answered answered = sandbox.get(function, "/").end();
      assertThat(answered.text()).isEqualTo("1 1 true");
      assertThat(answered.report().timing().cold()).isFalse();
    }
  }

  /** The console is what keeps a module from being evaluated again. */
  @Test
  void oneThatCouldNotBeReplacedIsForgottenOnceItHasGone() {
    var broken = new AtomicBoolean();
    var tried = new AtomicInteger();
    FunctionRuntime runtime =
        FunctionRuntime.builder()
            .lanes(1)
            .limits(RuntimeLimits.builder().recycleRuns(1).build())
            .console(
                (_, _, _, _) -> {
                  tried.incrementAndGet();
                  if (broken.get()) {
                    throw new IllegalStateException("broken");
                  }
                })
            .build();
    Sandbox.join(runtime.ready());
    try {
      FunctionBundle bundle =
          new FunctionBundle(
              "test/function",
              "main.js",
              Map.of("main.js", ("console.log('made');" + COUNTS).getBytes(StandardCharsets.UTF_8)),
              Sandbox.LIMITS,
              Map.of(),
              Set.of());
      LoadedFunction function = Sandbox.join(runtime.load(bundle));
      var instance =
          new WeakReference<>(
              ((GraalRuntime) runtime)
                  .allInstances().stream()
                      .filter(each -> each.function().equals(function))
                      .findFirst()
                      .orElseThrow());
      broken.set(true);
      var answered = new Answered();
      function.invoke(
          Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
          answered);
      answered.end();
      Sandbox.await("another is tried", () -> tried.get() == 2);
      function.close();
      Sandbox.await(
          "nothing keeps it",
          () -> {
            System.gc();
            return instance.refersTo(null);
          });
    } finally {
      runtime.close();
    }
  }

  @Test
  void neverIsNoTime() {
    for (Duration never : List.of(Duration.ZERO, ChronoUnit.FOREVER.getDuration())) {
      assertThatThrownBy(() -> RuntimeLimits.builder().recycleAfter(never).build())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("recycleAfter: %s (expected: > 0, at most PT8760H)", never);
    }
  }
}
