package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainmentTest {
  private static final FunctionLimits TIGHT =
      new FunctionLimits(
          Duration.ofMillis(200), Duration.ofSeconds(10), 32L << 20, 1L << 40, 1L << 40, 64);
  private static final FunctionLimits LITTLE_MEMORY =
      new FunctionLimits(
          Duration.ofSeconds(20), Duration.ofSeconds(30), 32L << 20, 1L << 40, 1L << 40, 64);

  private static String handler(String script) {
    return "export default { async fetch(request, env, ctx) {\n" + script + "\n} }";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "while (true) {}",
        "return new Response(String(/^(a+)+\\1$/.test('a'.repeat(60) + 'b')))",
        "(function flood() { Promise.resolve().then(flood) })(); await new Promise(() => {})",
        "await null; for (;;) {}",
        "const spin = { toString() { for (;;) {} } }; return new Response(spin)",
        "return { get then() { for (;;) {} } }"
      })
  void aRunawayIsEndedWhileANeighbourGoesOn(String script) {
    try (Sandbox sandbox = Sandbox.of(2)) {
      LoadedFunction runaway = sandbox.load(handler(script), TIGHT);
      LoadedFunction neighbour = sandbox.handler("return new Response('ok')");
      Answered ended = sandbox.get(runaway, "/");
      int served = 0;
      while (!ended.isHeard()) {
        assertThat(sandbox.get(neighbour, "/").end().text()).isEqualTo("ok");
        served++;
      }
      assertThat(ended.failure().code()).isEqualTo(Code.CPU_LIMIT);
      assertThat(ended.end().report().outcome()).isEqualTo(Code.CPU_LIMIT);
      assertThat(served).isPositive();
      assertThat(sandbox.runtime.load().abandonedLanes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "const all = []; for (;;) all.push(new Array(1000).fill(1))",
        "let text = 'x'; const all = []; for (;;) { text += 'y'; all.push(text.split('')) }",
        "const all = []; for (;;) { all.push({ a: 1 }); if (all.length % 10000 === 0) await null }"
      })
  void anAllocationLoopIsEnded(String script) {
    try (Sandbox sandbox = Sandbox.of(2)) {
      LoadedFunction bomb = sandbox.load(handler(script), LITTLE_MEMORY);
      Answered ended = sandbox.get(bomb, "/");
      assertThat(ended.failure().code()).isEqualTo(Code.MEMORY_LIMIT);
      LoadedFunction neighbour = sandbox.handler("return new Response('ok')");
      assertThat(sandbox.get(neighbour, "/").end().text()).isEqualTo("ok");
    }
  }

  @Test
  void garbageIsNotHeldAgainstAFunction() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction busy =
          sandbox.load(
              handler(
                  "let n = 0; for (let i = 0; i < 100000; i++) n += new Array(100).fill(i).length;"
                      + " return new Response(String(n))"),
              LITTLE_MEMORY);
      Answered answered = sandbox.get(busy, "/").end();
      assertThat(answered.text()).isEqualTo("10000000");
      assertThat(answered.report().allocatedBytes()).isGreaterThan(32L << 20);
    }
  }

  @Test
  void whatWaitsBehindARunawayIsServed() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction runaway = sandbox.load(handler("while (true) {}"), TIGHT);
      LoadedFunction neighbour = sandbox.handler("return new Response('ok')");
      Answered ended = sandbox.get(runaway, "/");
      List<Answered> behind = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        behind.add(sandbox.get(neighbour, "/"));
      }
      assertThat(ended.failure().code()).isEqualTo(Code.CPU_LIMIT);
      behind.forEach(answered -> assertThat(answered.end().text()).isEqualTo("ok"));
      assertThat(sandbox.get(runaway, "/").failure().code()).isEqualTo(Code.CPU_LIMIT);
    }
  }

  @Test
  void aGuestThatCannotBeStoppedCostsItsThreadAndNothingElse() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction stuck = sandbox.load(handler(Sandbox.STUCK), TIGHT);
      LoadedFunction neighbour = sandbox.handler("return new Response('ok')");
      Answered ended = sandbox.get(stuck, "/");
      Answered behind = sandbox.get(neighbour, "/");
      assertThat(ended.failure().code()).isEqualTo(Code.CPU_LIMIT);
      assertThat(behind.end().text()).isEqualTo("ok");
      ended.end();
      assertThat(sandbox.get(neighbour, "/").end().text()).isEqualTo("ok");
      assertThat(sandbox.runtime.load().abandonedLanes()).isEqualTo(1);
    }
  }

  @Test
  void concurrentInvocationsOfARunawaysInstanceFailWithIt() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction function =
          sandbox.load(
              handler(
                  "if (request.url.endsWith('spin')) for (;;) {} console.info('waits'); await new"
                      + " Promise((r) => setTimeout(r, 20000)); return new Response('x')"),
              TIGHT);
      Answered waiting = sandbox.get(function, "/wait");
      Sandbox.await("it waits", () -> sandbox.console.contains("INFO waits"));
      Sandbox.await("its turn is over", () -> sandbox.idle());
      Answered spinning = sandbox.get(function, "/spin");
      assertThat(spinning.failure().code()).isEqualTo(Code.CPU_LIMIT);
      assertThat(waiting.failure()).hasMessageContaining("another invocation");
      waiting.end();
      spinning.end();
    }
  }

  @Test
  void aPromiseThatNeverSettlesMeetsTheWallLimit() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      var limits =
          new FunctionLimits(
              Duration.ofSeconds(1), Duration.ofMillis(200), 32L << 20, 1L << 40, 1L << 40, 64);
      LoadedFunction never = sandbox.load(handler("await new Promise(() => {})"), limits);
      Answered answered = sandbox.get(never, "/").end();
      assertThat(answered.failure().code()).isEqualTo(Code.WALL_LIMIT);
    }
  }

  @Test
  void theDeadlineEndsARunAndRefusesWhatIsStillQueued() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction slow = sandbox.load(handler("for (;;) {}"), Sandbox.LIMITS);
      LoadedFunction other = sandbox.handler("return new Response('x')");
      var running = new Answered();
      slow.invoke(
          Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(2)),
          running);
      var body = new QueuedBody();
      var queued = new Answered();
      other.invoke(
          Sandbox.invocation(Sandbox.request(HttpMethod.POST, "/"), body, Duration.ofMillis(2)),
          queued);
      assertThat(running.failure().code()).isEqualTo(Code.WALL_LIMIT);
      assertThat(queued.failure().code()).isEqualTo(Code.DEADLINE);
      running.end();
      queued.end();
      Sandbox.await("the body is let go of", body::cancelled);
    }
  }

  @Test
  void aFullQueueRefusesAtOnceOnTheCallersThread() {
    try (Sandbox sandbox = Sandbox.of(1, 2)) {
      LoadedFunction spin = sandbox.load(handler("for (;;) {}"), Sandbox.LIMITS);
      sandbox.get(spin, "/");
      Sandbox.await("the lane is busy", () -> sandbox.runtime.load().busy() == 1);
      var refusals = new AtomicInteger();
      var here = new AtomicBoolean(true);
      Thread caller = Thread.currentThread();
      for (int i = 0; i < 20; i++) {
        var answered =
            new Answered() {
              @Override
              public void onFailure(FunctionException failure, Timing timing) {
                super.onFailure(failure, timing);
                if (failure.code() == Code.QUEUE_FULL) {
                  refusals.incrementAndGet();
                  here.compareAndSet(true, Thread.currentThread().equals(caller));
                }
              }
            };
        spin.invoke(
            Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(9)),
            answered);
      }
      // Two wait, and up to eight that have gone on beside the lane meanwhile made room for others.
      assertThat(refusals.get()).isBetween(20 - 2 - 8, 20 - 2);
      assertThat(here).isTrue();
    }
  }

  @Test
  void anEndlessModuleIsRefusedAndTheLaneGoesOn() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction neighbour = sandbox.handler("return new Response('ok')");
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> sandbox.load("for (;;) {}\nexport default {}", TIGHT))
          .isInstanceOfSatisfying(
              FunctionException.class,
              failure -> assertThat(failure.code()).isEqualTo(Code.START_UP_LIMIT));
      assertThat(sandbox.get(neighbour, "/").end().text()).isEqualTo("ok");
    }
  }

  @Test
  void cancellingEndsAnInvocationAndAbortsItsSignal() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction function =
          sandbox.handler(
              "request.signal.addEventListener('abort', () => console.log('aborted',"
                  + " request.signal.reason.name)); console.log('in'); await new Promise(() =>"
                  + " {})");
      var answered = new Answered();
      LoadedFunction.Running running =
          function.invoke(
              Sandbox.invocation(
                  Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(30)),
              answered);
      Sandbox.await("the handler runs", () -> sandbox.console.contains("INFO in"));
      running.cancel();
      running.cancel();
      assertThat(answered.failure().code()).isEqualTo(Code.CANCELLED);
      answered.end();
      assertThat(sandbox.console).contains("INFO aborted AbortError");
    }
  }

  @Test
  void closingEndsEverything() {
    Sandbox sandbox = Sandbox.of(2);
    LoadedFunction waiting = sandbox.handler("await new Promise(() => {})");
    LoadedFunction spinning = sandbox.load(handler("for (;;) {}"), Sandbox.LIMITS);
    List<Answered> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      all.add(sandbox.get(waiting, "/"));
      all.add(sandbox.get(spinning, "/"));
    }
    sandbox.close();
    for (Answered answered : all) {
      assertThat(answered.failure().code()).isEqualTo(Code.CLOSED);
      answered.end();
    }
    assertThat(sandbox.get(waiting, "/").failure().code()).isEqualTo(Code.CLOSED);
  }

  @Test
  void anInstanceThatWasEndedCanBeMadeAgainInTheBackground() throws Exception {
    try (Sandbox sandbox = Sandbox.of(2)) {
      LoadedFunction function =
          sandbox.load(
              handler("if (request.url.endsWith('x')) while (true) {}\nreturn new Response('ok')"),
              TIGHT);
      assertThat(sandbox.get(function, "/x").failure().code()).isEqualTo(Code.CPU_LIMIT);
      long end = System.nanoTime() + 10_000_000_000L;
      while (function.warm() && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
      assertThat(function.warm()).isFalse();

      assertThat(function.warmUp().toCompletableFuture().get(30, TimeUnit.SECONDS))
          .isSameAs(function);
      assertThat(function.warm()).isTrue();
      Answered answered = sandbox.get(function, "/").end();
      assertThat(answered.text()).isEqualTo("ok");
      assertThat(answered.report().timing().cold()).isFalse();
      function.close();
      assertThat(function.warmUp().toCompletableFuture()).isCompletedExceptionally();
    }
  }
}
