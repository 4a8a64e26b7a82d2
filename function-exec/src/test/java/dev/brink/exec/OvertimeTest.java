package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Long turns on one lane, which go on beside it while others run there. */
class OvertimeTest {
  private static final FunctionLimits TIGHT =
      new FunctionLimits(
          Duration.ofMillis(400), Duration.ofSeconds(30), 64L << 20, 1L << 40, 1L << 40, 64);

  /** Leaves time to see that a turn is in overtime. */
  private static final FunctionLimits SECOND =
      new FunctionLimits(
          Duration.ofSeconds(1), Duration.ofSeconds(30), 64L << 20, 1L << 40, 1L << 40, 64);

  /** Takes so many milliseconds, and at least some 20 of a processor on a machine that is busy. */
  private static final String WORK =
      """
      function work(millis) {
        const end = Date.now() + millis;
        let sum = 0;
        for (let steps = 0; steps < 2e7 || Date.now() < end; steps += 1e5) {
          for (let i = 0; i < 1e5; i++) sum = (sum + i * 7) | 0;
        }
        return sum + 1e10;
      }
      """;

  private static String module(String script) {
    return WORK + "export default { async fetch(request, env, ctx) {\n" + script + "\n} }";
  }

  private static void awaitOvertime(Sandbox sandbox, int turns) {
    Sandbox.await("overtime", () -> sandbox.runtime.load().overtime() >= turns);
  }

  @Test
  void othersRunBesideALongTurnAndItEndsAsUsual() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction burner = sandbox.load(module("work(400); return new Response('burnt')"));
      LoadedFunction quick = sandbox.handler("return new Response('quick')");
      Answered burnt = sandbox.get(burner, "/");
      int beside = 0;
      while (!burnt.isHeard()) {
        assertThat(sandbox.get(quick, "/").end().text()).isEqualTo("quick");
        beside++;
      }
      assertThat(burnt.end().text()).isEqualTo("burnt");
      assertThat(beside).isGreaterThan(1);
      assertThat(burnt.report().cpuNanos()).isGreaterThan(50_000_000L);
      Sandbox.await("nothing runs", sandbox::idle);
    }
  }

  @Test
  void severalLongTurnsShareTheProcessorsAndAllComeBack() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction burner =
          sandbox.load(
              module(
                  "let sum = 0; for (let i = 0; i < 2; i++) { sum += work(40) > 0 ? 1 : 0;"
                      + " await scheduler.wait(1) } return new Response(String(sum))"));
      LoadedFunction quick = sandbox.handler("return new Response('quick')");
      List<Answered> all = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        all.add(sandbox.get(burner, "/"));
        all.add(sandbox.get(quick, "/"));
      }
      for (int i = 0; i < all.size(); i++) {
        assertThat(all.get(i).end().text()).isEqualTo(i % 2 == 0 ? "2" : "quick");
      }
      Sandbox.await("nothing runs", sandbox::idle);
      assertThat(sandbox.runtime.load().abandonedLanes()).isZero();
    }
  }

  @Test
  void noMoreThanEightGoOnBesideALane() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction endless = sandbox.load(module("for (;;) {}"), TIGHT);
      List<Answered> all = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        all.add(sandbox.get(endless, "/"));
      }
      int most = 0;
      for (Answered one : all) {
        while (!one.isDone()) {
          most = Math.max(most, sandbox.runtime.load().overtime());
          Thread.onSpinWait();
        }
        assertThat(one.end().failure().code()).isEqualTo(Code.CPU_LIMIT);
      }
      assertThat(most).isBetween(1, 8);
    }
  }

  @Test
  void anInstanceIsEnteredByNobodyElseMeanwhile() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction counter =
          sandbox.load(
              WORK
                  + "let inside = 0, id = Math.random(); export default { async fetch(request) {"
                  + " if (inside++ !== 0) return new Response('two at once', { status: 500 });"
                  + " work(60); inside--; await scheduler.wait(2);"
                  + " if (inside++ !== 0) return new Response('two later', { status: 500 });"
                  + " work(30); inside--; return new Response(String(id)) } }");
      List<Answered> all = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        all.add(sandbox.get(counter, "/"));
      }
      for (Answered one : all) {
        assertThat(one.end().status()).as(one.text()).isEqualTo(200);
      }
    }
  }

  @Test
  void whatArrivesForItWaitsForTheTurnAndKeepsItsOrder() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction reader =
          sandbox.load(
              module(
                  "const reader = request.body.getReader(); let text = ''; let first = true;"
                      + " for (;;) { const { value, done } = await reader.read(); if (done) break;"
                      + " text += new TextDecoder().decode(value);"
                      + " if (first) { first = false; work(600) } }"
                      + " return new Response(text)"));
      LoadedFunction quick = sandbox.handler("return new Response('quick')");
      var body = new QueuedBody();
      body.write(Unpooled.copiedBuffer("0,", StandardCharsets.UTF_8));
      Answered read = sandbox.post(reader, body);
      Sandbox.await("its turn", () -> sandbox.runtime.load().busy() == 1);
      Answered beside = sandbox.get(quick, "/");
      awaitOvertime(sandbox, 1);
      var expected = new StringBuilder("0,");
      for (int i = 1; i < 50; i++) {
        body.write(Unpooled.copiedBuffer(i + ",", StandardCharsets.UTF_8));
        expected.append(i).append(',');
      }
      body.end();
      assertThat(beside.end().text()).isEqualTo("quick");
      assertThat(read.end().text()).isEqualTo(expected.toString());
    }
  }

  @Test
  void aTimerThatATurnInOvertimeSetsOrClearsIsAsItLeftIt() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction timers =
          sandbox.load(
              module(
                  "const seen = []; const dropped = setTimeout(() => seen.push('dropped'), 5);"
                      + " setTimeout(() => seen.push('early'), 10); work(120);"
                      + " setTimeout(() => seen.push('late'), 20); clearTimeout(dropped);"
                      + " await scheduler.wait(60); return new Response(seen.join())"));
      LoadedFunction quick = sandbox.handler("return new Response('quick')");
      Answered answered = sandbox.get(timers, "/");
      while (!answered.isHeard()) {
        sandbox.get(quick, "/").end();
      }
      assertThat(answered.end().text()).isEqualTo("early,late");
    }
  }

  @Test
  void limitsHoldInOvertime() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction endless = sandbox.load(module("for (;;) {}"), SECOND);
      LoadedFunction quick = sandbox.handler("return new Response('quick')");
      Answered ended = sandbox.get(endless, "/");
      Answered beside = sandbox.get(quick, "/");
      awaitOvertime(sandbox, 1);
      assertThat(beside.end().text()).isEqualTo("quick");
      assertThat(ended.end().failure().code()).isEqualTo(Code.CPU_LIMIT);
      assertThat(sandbox.get(quick, "/").end().text()).isEqualTo("quick");
      assertThat(sandbox.runtime.load().abandonedLanes()).isZero();
      Sandbox.await("nothing runs", sandbox::idle);
    }
  }

  @Test
  void aGuestThatCannotBeStoppedIsGivenUpInOvertimeToo() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction stuck = sandbox.load(module(Sandbox.STUCK), TIGHT);
      LoadedFunction quick = sandbox.handler("return new Response('quick')");
      Answered ended = sandbox.get(stuck, "/");
      Answered beside = sandbox.get(quick, "/");
      awaitOvertime(sandbox, 1);
      assertThat(beside.end().text()).isEqualTo("quick");
      assertThat(ended.end().failure().code()).isEqualTo(Code.CPU_LIMIT);
      assertThat(sandbox.runtime.load().abandonedLanes()).isEqualTo(1);
      assertThat(sandbox.runtime.load().overtime()).isZero();
      assertThat(sandbox.get(quick, "/").end().text()).isEqualTo("quick");
    }
  }

  @Test
  void aCallerThatGoesIsForgottenOnceTheTurnIsOver() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction burner =
          sandbox.load(module("work(600); await scheduler.wait(20000); return new Response('x')"));
      LoadedFunction quick = sandbox.handler("return new Response('quick')");
      var gone = new Answered();
      LoadedFunction.Running running =
          burner.invoke(
              Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofMinutes(1)),
              gone);
      Answered beside = sandbox.get(quick, "/");
      awaitOvertime(sandbox, 1);
      assertThat(beside.end().text()).isEqualTo("quick");
      running.cancel();
      assertThat(gone.end().failure().code()).isEqualTo(Code.CANCELLED);
    }
  }

  @Test
  void anInstanceMadeInOvertimeDoesNotOutliveItsFunction() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      String source =
          WORK
              + "const loaded = work(600); export default { fetch() {"
              + " return new Response(String(loaded > 0)) } }";
      LoadedFunction slow = sandbox.load(source);
      LoadedFunction quick = sandbox.handler("return new Response('quick')");
      Sandbox.await("nothing runs", sandbox::idle);
      assertThat(slow.evict(0)).isEqualTo(1);
      Sandbox.await("no instance", () -> !slow.warm());
      var warming = slow.warmUp().toCompletableFuture();
      Answered beside = sandbox.get(quick, "/");
      awaitOvertime(sandbox, 1);
      assertThat(beside.end().text()).isEqualTo("quick");
      slow.close();
      Sandbox.await("it has ended", warming::isDone);
      assertThat(warming).isCompletedExceptionally();
      assertThat(slow.warm()).isFalse();
      Sandbox.await("nothing runs", sandbox::idle);
    }
  }

  @Test
  void theTimeSpentSharingIsNotTheRuns() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction burner =
          sandbox.load(
              module(
                  "let n = 0; for (let i = 0; i < 2e7; i++) n += i % 7;"
                      + " return new Response(String(n))"));
      List<Answered> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(sandbox.get(burner, "/"));
      }
      for (Answered one : all) {
        InvocationReport report = one.end().report();
        long parts =
            report.timing().queueNanos() + report.timing().coldNanos() + report.timing().runNanos();
        assertThat(report.timing().runNanos()).isPositive();
        assertThat(parts).isGreaterThanOrEqualTo(report.cpuNanos());
      }
    }
  }
}
