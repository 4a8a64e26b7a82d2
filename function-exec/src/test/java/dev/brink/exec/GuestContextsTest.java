package dev.brink.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.module.BundleFileSystem;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.Source;
import org.junit.jupiter.api.Test;

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

  private static GuestContext context(GuestContexts contexts) {
    return contexts.context(BundleFileSystem.of(Map.of()), false, false);
  }
}
