package dev.brink.exec;

import dev.brink.exec.module.BundleFileSystem;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a small function a few times, so that the first real one finds the engine's classes loaded.
 */
final class WarmUp {
  private static final Logger log = LoggerFactory.getLogger(WarmUp.class);
  private static final int CALLS = 64;

  /** More than the calls that anything else has had by the time when the first is compiled. */
  private static final int WEIGHT = 2_500;

  private final GuestContexts contexts;
  private final LoadedFunction function;
  private final CompletableFuture<Void> ready;
  private final long startNanos;

  private WarmUp(
      GuestContexts contexts,
      LoadedFunction function,
      CompletableFuture<Void> ready,
      long startNanos) {
    this.startNanos = startNanos;
    this.contexts = contexts;
    this.function = function;
    this.ready = ready;
  }

  /** Begins. {@code ready} is completed at the end, as a failure only if nothing can be loaded. */
  static void run(GraalRuntime runtime, CompletableFuture<Void> ready) {
    runtime.lanes().all().getFirst().post(() -> weigh(runtime.contexts()));
    long start = System.nanoTime();
    var _ =
        runtime
            .load(WarmUpFunction.bundle(WarmUpFunction.USUAL, 0))
            .whenComplete(
                (function, failure) -> {
                  if (failure == null) {
                    new WarmUp(runtime.contexts(), function, ready, start).call(0);
                  } else {
                    ready.completeExceptionally(failure);
                  }
                });
  }

  /**
   * Calls what does nothing, often. Of what waits for the engine's compiler it takes first what was
   * called most: so it comes to the call from Java, with all that is called in it, before it comes
   * to the parts of it, and need not compile them alone first.
   */
  private static void weigh(GuestContexts contexts) {
    try (GuestContext context = contexts.context(BundleFileSystem.of(Map.of()), false, false)) {
      Value nothing = context.eval(Source.create("js", "() => undefined"));
      for (int i = 0; i < WEIGHT; i++) {
        nothing.executeVoid(i);
      }
    } catch (PolyglotException | IllegalStateException e) {
      log.debug("The runtime has ended while it warmed up", e);
    }
  }

  private void call(int made) {
    if (made == CALLS) {
      log.info("JavaScript is warm after {} ms", (System.nanoTime() - startNanos) / 1_000_000);
      end();
      return;
    }
    var call = new WarmUpCall();
    function.invoke(WarmUpFunction.call(WarmUpFunction.USUAL), call);
    var _ =
        call.done()
            .whenComplete(
                (_, failure) -> {
                  if (failure == null) {
                    call(made + 1);
                  } else {
                    log.warn("Warm-up failed: {}", failure.getMessage());
                    end();
                  }
                });
  }

  private void end() {
    function.close();
    Thread.ofPlatform().daemon().name("brink-engine-classes").start(this::initializeTheRest);
  }

  /** What no call has needed so far. Not on a lane, which may have something to do. */
  private void initializeTheRest() {
    try {
      contexts.useFirst();
    } finally {
      ready.complete(null);
    }
  }
}
