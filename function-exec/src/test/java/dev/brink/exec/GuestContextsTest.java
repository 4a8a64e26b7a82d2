package dev.brink.exec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.module.BundleFileSystem;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.proxy.ProxyExecutable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ends of engines: one that waits for a context that can't be closed keeps the JVM from ending. */
class GuestContextsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Source ONE = Source.create("js", "1");

  @Test
  void endsWithAllContexts() {
    var contexts = new GuestContexts();
    context(contexts).stop();
    GuestContext open = context(contexts);
    assertThat(contexts.close(PATIENCE)).isTrue();
    assertThatThrownBy(() -> open.eval(ONE)).hasMessageContaining("cancelled");
  }

  @Test
  void isLeftAsItIsWithOneWhoseClosingHadNoMemory() {
    for (boolean stop : new boolean[] {true, false}) {
      var contexts =
          new GuestContexts(
              (_, _) -> {
                throw new OutOfMemoryError("of a test");
              });
      GuestContext half = context(contexts);
      GuestContext other = context(contexts);
      assertThatThrownBy(stop ? half::stop : half::close).isInstanceOf(OutOfMemoryError.class);
      assertThat(contexts.close(PATIENCE)).isFalse();
      assertThat(other.eval(ONE).asInt()).isEqualTo(1);
    }
  }

  @Test
  void isLeftAsItIsWithOneThatIsBeingClosed() throws InterruptedException {
    var begun = new CountDownLatch(1);
    var may = new CountDownLatch(1);
    var contexts =
        new GuestContexts(
            (context, stop) -> {
              begun.countDown();
              Sandbox.await("it may end", () -> may.getCount() == 0);
              context.close(stop);
            });
    GuestContext context = context(contexts);
    Thread slow = Thread.ofPlatform().start(context::stop);
    begun.await();
    assertThat(contexts.close(Duration.ofMillis(1))).isFalse();
    may.countDown();
    slow.join();
    assertThat(contexts.close(PATIENCE)).isTrue();
  }

  @Test
  void nothingOfWebAssemblyIsStartedOnceTheyHaveEnded() {
    var contexts = new GuestContexts();
    assertThat(contexts.close(PATIENCE)).isTrue();
    assertThatThrownBy(contexts::startWasm)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the engines have ended");
    assertThat(contexts.hasWasm()).isFalse();
  }

  /** Whichever is first: an engine that stays open has nobody who ends it. */
  @Test
  void whatIsStartedWhileTheyEndEndsWithThem() {
    for (int i = 0; i < 5; i++) {
      var contexts = new GuestContexts();
      var begun = new CountDownLatch(1);
      CompletableFuture<Engine> wasm =
          CompletableFuture.supplyAsync(
              () -> {
                begun.countDown();
                return contexts.startWasm();
              });
      Sandbox.await("it is about to start", () -> begun.getCount() == 0);
      assertThat(contexts.close(PATIENCE)).isTrue();
      assertThatThrownBy(
              () -> Context.newBuilder("js").engine(wasm.get(30, TimeUnit.SECONDS)).build())
          .satisfies(
              refused ->
                  assertThat(refused.getCause() == null ? refused : refused.getCause())
                      .isInstanceOf(IllegalStateException.class));
    }
  }

  /** As at a stop of a node that reads a function's TypeScript: neither would come to an end. */
  @Test
  @Timeout(180)
  void doNotLockUpWithAThreadThatLoadsModules() throws Exception {
    Map<String, byte[]> modules = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      modules.put("m" + i + ".js", "export default 1;".getBytes(UTF_8));
    }
    var source =
        Source.create(
            "js", "begun => { begun(); for (let i = 0; i < 500; i++) import('/m' + i + '.js'); }");
    for (int i = 0; i < 5; i++) {
      var contexts = new GuestContexts();
      var loads = new CountDownLatch(1);
      ProxyExecutable begun =
          _ -> {
            loads.countDown();
            return true;
          };
      var loading =
          new FutureTask<@Nullable Object>(
              () -> {
                try (GuestContext aside = contexts.aside(BundleFileSystem.of(modules))) {
                  aside.eval(source).executeVoid(begun);
                }
                return null;
              });
      Thread.ofPlatform().daemon().start(loading);
      loads.await();
      var ending = new FutureTask<>(() -> contexts.close(PATIENCE));
      Thread.ofPlatform().daemon().start(ending);
      assertThat(ending.get(60, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(() -> loading.get(60, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(PolyglotException.class)
          .hasMessageContaining("cancelled");
    }
  }

  /** It is stopped, and its thread has it for as long as it does not close it. */
  @Test
  void endOnceWhatIsAsideIsClosed() {
    var contexts = new GuestContexts();
    GuestContext aside = contexts.aside(BundleFileSystem.of(Map.of()));
    assertThat(aside.eval(ONE).asInt()).isEqualTo(1);
    assertThat(contexts.close(Duration.ofMillis(100))).isFalse();
    assertThatThrownBy(() -> aside.eval(ONE)).hasMessageContaining("cancelled");
    assertThatThrownBy(() -> contexts.aside(BundleFileSystem.of(Map.of())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the engines have ended");
    assertThatThrownBy(aside::close).hasMessageContaining("cancelled");
    assertThat(contexts.close(PATIENCE)).isTrue();
  }

  private static GuestContext context(GuestContexts contexts) {
    return contexts.context(BundleFileSystem.of(Map.of()), false, false);
  }
}
