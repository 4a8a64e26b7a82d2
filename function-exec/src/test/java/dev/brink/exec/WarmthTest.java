package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Instances made ahead of invocations and taken away again. */
class WarmthTest {
  private static final Sandbox SANDBOX = Sandbox.of(3);

  @AfterAll
  static void close() {
    SANDBOX.close();
  }

  @Test
  void anEvictedFunctionIsColdOnceAndThenWarm() {
    try (LoadedFunction function = SANDBOX.handler("return new Response('ok')")) {
      assertThat(function.warmLanes()).isOne();
      assertThat(function.instanceBytes()).isPositive();
      assertThat(function.evict(0)).isOne();
      Sandbox.await("eviction", () -> !function.warm());

      Answered first = SANDBOX.get(function, "/").end();
      assertThat(first.text()).isEqualTo("ok");
      assertThat(first.report().timing().cold()).isTrue();
      assertThat(SANDBOX.get(function, "/").end().report().timing().cold()).isFalse();
    }
  }

  @Test
  void warmingMakesAnInstanceForEachLaneAndNoMore() {
    try (LoadedFunction function = SANDBOX.handler("return new Response('ok')")) {
      function.evict(0);
      Sandbox.await("eviction", () -> !function.warm());
      Sandbox.await("the first", () -> function.warm(1) == 0 && function.warmLanes() == 1);
      Sandbox.await("all", () -> function.warm(9) == 0 && function.warmLanes() == 3);
      assertThat(SANDBOX.get(function, "/").end().report().timing().cold()).isFalse();

      assertThat(function.evict(1)).isEqualTo(2);
      Sandbox.await("only one is left", () -> function.warmLanes() == 1);
    }
  }

  /** Each would be made anew by the next calls that begin on its lane. */
  @Test
  void anInstanceThatPaysForItselfStaysUntilAllGo() {
    try (LoadedFunction function = SANDBOX.handler("return new Response('ok')")) {
      Sandbox.await("all", () -> function.warm(9) == 0 && function.warmLanes() == 3);
      for (int i = 0; i < 20; i++) {
        SANDBOX.getOn(1, function, "/").end();
        SANDBOX.getOn(2, function, "/").end();
      }
      assertThat(function.evict(1)).as("the one that nobody used").isOne();
      Sandbox.await("it has gone", () -> function.warmLanes() == 2);
      assertThat(function.payingLanes()).isEqualTo(2);
      long made = SANDBOX.runtime.instances().made();
      assertThat(function.evict(1)).isZero();
      assertThat(SANDBOX.getOn(1, function, "/").end().report().timing().cold()).isFalse();
      assertThat(SANDBOX.getOn(2, function, "/").end().report().timing().cold()).isFalse();
      assertThat(SANDBOX.runtime.instances().made()).isEqualTo(made);
      Sandbox.await("no others are there", () -> SANDBOX.runtime.instances().open() == 2);

      assertThat(function.evict(0)).isEqualTo(2);
      Sandbox.await("all have gone", () -> !function.warm());
    }
  }

  /** Twenty calls that go to another lane for it lose a millisecond in all. */
  @Test
  void oneThatTakesLongToMakeIsNotMadeToSaveLittle() {
    String slow =
        """
        const until = Date.now() + 200;
        while (Date.now() < until);
        export default { fetch: () => new Response('ok') };
        """;
    try (LoadedFunction function = SANDBOX.load(slow)) {
      assertThat(function.warmLanes()).isOne();
      for (int i = 0; i < 20; i++) {
        for (int lane = 0; lane < 3; lane++) {
          Answered answered = SANDBOX.getOn(lane, function, "/").end();
          assertThat(answered.report().timing().cold()).isFalse();
        }
      }
      assertThat(function.warmLanes()).isOne();
    }
  }

  @Test
  void anInstanceInUseIsNotEvicted() {
    try (LoadedFunction function =
        SANDBOX.handler(
            "if (request.url.endsWith('/stay')) {"
                + " console.log('staying'); await new Promise(go => setTimeout(go, 60000)); }"
                + " return new Response('ok')")) {
      var waiting = new Answered();
      LoadedFunction.Running running =
          function.invoke(
              Sandbox.invocation(
                  Sandbox.request(HttpMethod.GET, "/stay"), null, Duration.ofSeconds(60)),
              waiting);
      Sandbox.await("the first has begun", () -> !SANDBOX.console.isEmpty());
      function.evict(0);
      SANDBOX.get(function, "/").end();
      assertThat(function.warm()).isTrue();
      running.cancel();
    }
  }

  @Test
  void whatIsLetGoIsCountedOnceHoweverOftenThatIsAsked() {
    try (LoadedFunction function =
        SANDBOX.handler(
            "console.log('counted'); await new Promise(go => setTimeout(go, 300));"
                + " return new Response('ok')")) {
      long before = SANDBOX.runtime.instances().evicted();
      var waiting = new Answered();
      var _ =
          function.invoke(
              Sandbox.invocation(
                  Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
              waiting);
      Sandbox.await("it has begun", () -> SANDBOX.console.contains("INFO counted"));
      Sandbox.await("eviction", () -> function.evict(0) == 0);
      assertThat(waiting.end().text()).isEqualTo("ok");
      Sandbox.await("the count", () -> SANDBOX.runtime.instances().evicted() > before);
      assertThat(SANDBOX.runtime.instances().evicted()).isEqualTo(before + 1);
    }
  }

  @Test
  void aClosedFunctionIsNotWarmed() {
    LoadedFunction function = SANDBOX.handler("return new Response('ok')");
    function.close();
    Sandbox.await("closing", () -> !function.warm());
    assertThat(function.warm(3)).isZero();
  }
}
