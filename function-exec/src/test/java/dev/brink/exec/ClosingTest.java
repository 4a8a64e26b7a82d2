package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionException.Code;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A runtime that closes leaves nobody waiting: not for a load, a warm-up or an invocation. */
class ClosingTest {
  private static final String HANDLER =
      "export default { async fetch() { return new Response('ok') } }";

  private final Sandbox sandbox = Sandbox.of(1);

  private static FunctionBundle bundle(String module, String source) {
    return new FunctionBundle(
        "test/late",
        module,
        Map.of(module, source.getBytes(StandardCharsets.UTF_8)),
        Sandbox.LIMITS,
        Map.of(),
        Set.of());
  }

  private static FunctionException failureOf(CompletionStage<?> stage) throws InterruptedException {
    try {
      Object value = stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
      throw new AssertionError("expected a failure, got " + value);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FunctionException failure) {
        return failure;
      }
      throw new AssertionError(e);
    } catch (TimeoutException e) {
      throw new AssertionError("nobody tells the caller", e);
    }
  }

  /** Whose caller holds the lane for as long as it likes, which it must not. */
  private static final class Holding extends Answered {
    private final CountDownLatch holds = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);

    @Override
    public void onResponse(
        HttpResponse response, Flow.@Nullable Publisher<ByteBuf> stream, Timing timing) {
      super.onResponse(response, stream, timing);
      holds.countDown();
      boolean _ = await(letGo);
    }

    static boolean await(CountDownLatch latch) {
      try {
        return latch.await(60, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  private Holding holdLane(LoadedFunction function) {
    var holding = new Holding();
    function.invoke(
        Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
        holding);
    assertThat(Holding.await(holding.holds)).isTrue();
    return holding;
  }

  @Test
  void loadsAndWarmUpsEndThoughTheirLaneIsHeldUp() throws Exception {
    LoadedFunction function = sandbox.load(HANDLER);
    Holding holding = holdLane(function);
    try {
      CompletionStage<LoadedFunction> load = sandbox.runtime.load(bundle("main.js", HANDLER));
      CompletionStage<LoadedFunction> warmUp = function.warmUp();
      CompletionStage<LoadedFunction> typed = sandbox.runtime.load(bundle("main.ts", HANDLER));
      sandbox.close();
      assertThat(failureOf(load).code()).isEqualTo(Code.CLOSED);
      assertThat(failureOf(warmUp).code()).isEqualTo(Code.CLOSED);
      assertThat(failureOf(typed).code()).isEqualTo(Code.CLOSED);
    } finally {
      holding.letGo.countDown();
    }
    holding.end();
  }

  /** A version is replaced while calls of it wait for a lane: none is lost. */
  @Test
  void whatWaitsForALaneWhenItsFunctionIsClosedFinishes() {
    try (Sandbox sandbox = Sandbox.of(1)) {
      LoadedFunction function =
          sandbox.handler(
              "const end = Date.now() + 2; while (Date.now() < end); return new Response('ok')");
      var answers = new ArrayList<Answered>();
      for (int i = 0; i < 40; i++) {
        answers.add(sandbox.get(function, "/"));
      }
      function.close();
      assertThat(answers).allSatisfy(answer -> assertThat(answer.end().text()).isEqualTo("ok"));
      assertThat(answers)
          .filteredOn(answer -> answer.end().report().timing().cold())
          .hasSizeLessThan(answers.size() / 2);
      assertThat(sandbox.get(function, "/").failure().code()).isEqualTo(Code.CLOSED);
      Sandbox.await("its instances are closed", () -> sandbox.runtime.instances().open() == 0);
    }
  }

  @Test
  void whatComesAfterTheEndIsRefused() throws Exception {
    LoadedFunction function = sandbox.load(HANDLER);
    sandbox.close();
    assertThat(failureOf(sandbox.runtime.load(bundle("main.js", HANDLER))).code())
        .isEqualTo(Code.CLOSED);
    assertThat(failureOf(sandbox.runtime.load(bundle("main.ts", HANDLER))).code())
        .isEqualTo(Code.CLOSED);
    assertThat(failureOf(function.warmUp()).code()).isEqualTo(Code.CLOSED);
    assertThat(sandbox.get(function, "/").end().report().outcome()).isEqualTo(Code.CLOSED);
  }

  @Test
  void whatComesWhileTheRuntimeClosesEnds() throws Exception {
    LoadedFunction function = sandbox.load(HANDLER);
    List<CompletionStage<LoadedFunction>> loads = new ArrayList<>();
    List<Answered> calls = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      if (i == 20) {
        sandbox.close();
      }
      loads.add(i % 2 == 0 ? function.warmUp() : sandbox.runtime.load(bundle("main.js", HANDLER)));
      calls.add(sandbox.get(function, "/"));
    }
    for (CompletionStage<LoadedFunction> load : loads) {
      assertThat(load.handle((_, failure) -> failure == null ? "loaded" : "failed"))
          .succeedsWithin(30, TimeUnit.SECONDS);
    }
    calls.forEach(Answered::end);
  }

  @Test
  void aModuleThatLoadsForEverEndsWithTheRuntime() throws Exception {
    CompletionStage<LoadedFunction> load =
        sandbox.runtime.load(bundle("main.js", "for (;;) {}\n" + HANDLER));
    Sandbox.await("loading", () -> !sandbox.idle());
    sandbox.close();
    assertThat(failureOf(load).code()).isEqualTo(Code.CLOSED);
    Sandbox.await("the lane is free", sandbox::idle);
  }

  @Test
  void aClosedFunctionsInvocationsEndWithTheRuntime() {
    LoadedFunction function =
        sandbox.handler("console.log('in'); await new Promise(go => setTimeout(go, 60000))");
    Answered waiting = sandbox.get(function, "/");
    Sandbox.await("the handler runs", () -> !sandbox.console.isEmpty());
    function.close();
    sandbox.close();
    assertThat(waiting.failure().code()).isEqualTo(Code.CLOSED);
    waiting.end();
  }

  /** The engine takes a lock for each module, and holds the same one while it ends. */
  @Test
  void oneThatLoadsModulesIsNotInTheWay() {
    for (int round = 0; round < 40; round++) {
      FunctionRuntime runtime = FunctionRuntime.builder().lanes(2).build();
      Sandbox.join(runtime.ready());
      loadOneAfterTheOther(runtime, 0);
      // From one round to the next it is closed later in the loading of a module.
      long until = System.nanoTime() + round % 7 * 1_000_000L;
      while (System.nanoTime() - until < 0) {
        Thread.onSpinWait();
      }
      runtime.close();
      Sandbox.await("its end", () -> !isAlive("brink-runtime-close"));
    }
  }

  private static void loadOneAfterTheOther(FunctionRuntime runtime, int number) {
    Map<String, byte[]> modules =
        Map.of(
            "main.js",
            ("import './part.js'; " + HANDLER).getBytes(StandardCharsets.UTF_8),
            "part.js",
            "globalThis.part = 1;".getBytes(StandardCharsets.UTF_8));
    var bundle =
        new FunctionBundle(
            "test/" + number, "main.js", modules, Sandbox.LIMITS, Map.of(), Set.of());
    var _ =
        runtime
            .load(bundle)
            .thenAcceptAsync(
                function -> {
                  function.close();
                  loadOneAfterTheOther(runtime, number + 1);
                });
  }

  /** A process whose guest is in a builtin that cannot be stopped. */
  static final class Stuck {
    private Stuck() {}

    public static void main(String[] arguments) {
      Sandbox sandbox = Sandbox.of(1);
      LoadedFunction stuck =
          sandbox.handler("return new Response(Array.prototype.indexOf.call({ length: 1e15 }, 1))");
      System.out.println(sandbox.get(stuck, "/").failure().code());
      sandbox.runtime.close();
      Sandbox.await("its end", () -> !isAlive("brink-runtime-close"));
      System.exit(3);
    }
  }

  @Test
  @Timeout(TestJvm.TIMEOUT)
  void aGuestThatCannotBeStoppedDoesNotHoldUpTheProcess() throws Exception {
    TestJvm.Ended ended = TestJvm.run("512m", Stuck.class);
    assertThat(ended.lines()).contains("CPU_LIMIT");
    assertThat(ended.status()).as(ended.text()).isEqualTo(3);
  }

  @Test
  void whatArrivesAfterTheEndIsReleased() {
    var asked = new CompletableFuture<Subrequests.Listener>();
    Sandbox late =
        Sandbox.of(
            (subrequest, listener) -> {
              asked.complete(listener);
              return () -> {};
            });
    LoadedFunction function = late.handler("await fetch('http://x/'); return new Response('y')");
    var answered = new Answered();
    function.invoke(
        Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
        answered);
    Subrequests.Listener listener = asked.join();
    late.close();
    Sandbox.await("its end", () -> !isAlive("brink-runtime-close"));
    ByteBuf content = Unpooled.buffer().writeZero(1_000);
    listener.onResponse(
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content), null);
    assertThat(content.refCnt()).isZero();
  }

  /** What it posts then is run by who posts it. */
  @Test
  void aCancelAfterTheEndReturns() throws Exception {
    LoadedFunction function = sandbox.load(HANDLER);
    var answered = new Answered();
    LoadedFunction.Running running =
        function.invoke(
            Sandbox.invocation(Sandbox.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(60)),
            answered);
    answered.end();
    sandbox.close();
    Sandbox.await("its end", () -> !isAlive("brink-runtime-close"));
    Thread caller = Thread.ofPlatform().daemon().start(running::cancel);
    assertThat(caller.join(Duration.ofSeconds(30))).isTrue();
  }

  private static boolean isAlive(String thread) {
    return Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals(thread));
  }
}
