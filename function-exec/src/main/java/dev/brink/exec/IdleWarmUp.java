package dev.brink.exec;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads small functions, each new and called some times, while nothing else runs: what makes an
 * instance is compiled only after some hundreds of them, and what a call has of the web API after
 * ten thousand calls. Until then the first answer of a function takes several times longer, the
 * first to use a piece of the web API waits until that is read, and a load waits for the compiler.
 * Uses a twentieth of the lanes' time at most, apart from the compilers', and a fifth for some
 * seconds. After a load it goes on when that is {@linkplain LoadOfOthers some seconds} ago.
 */
final class IdleWarmUp {
  private static final Logger log = LoggerFactory.getLogger(IdleWarmUp.class);

  /** One part of so many of the lanes' time, the second while something has not run at all yet. */
  private static final int SHARE = 20;

  private static final int FIRST_SHARE = 5;

  private static final List<String> OTHERS = WarmUpFunction.OTHERS;

  /** Of an instance; all of them together make the engine compile what a call has in common. */
  private static final int CALLS = 40;

  private static final List<String> USUAL = usual();
  private static final long LOOK_AGAIN_NANOS = 100_000_000;

  private final GraalRuntime runtime;
  private final IdleLanes idle;
  private final int count;

  private IdleWarmUp(GraalRuntime runtime, int count) {
    this.runtime = runtime;
    this.idle = new IdleLanes(runtime);
    this.count = count;
  }

  /** Begins, once the runtime is ready, on a thread of its own that ends with it. */
  static void start(GraalRuntime runtime, int count) {
    Thread.ofPlatform()
        .daemon()
        .name("brink-idle-warm-up")
        .start(new IdleWarmUp(runtime, count)::run);
  }

  private void run() {
    long began = System.nanoTime();
    long used = 0;
    int lanes = runtime.lanes().all().size();
    var load = new LoadOfOthers(runtime.lanes(), began);
    try {
      for (int made = 0; made < count && !runtime.closed(); ) {
        boolean is = idle.look();
        // Asked each time, as it also sees to when the last load was.
        is &= load.isOver(System.nanoTime());
        if (!is) {
          idle.pause(LOOK_AGAIN_NANOS);
          continue;
        }
        long start = System.nanoTime();
        int number = made++;
        load.own(() -> one(number));
        long nanos = System.nanoTime() - start;
        used += nanos;
        int share = made <= OTHERS.size() ? FIRST_SHARE : SHARE;
        idle.pause(nanos * share / lanes - nanos - IdleLanes.NANOS);
      }
      if (!runtime.closed()) {
        log.info(
            "Made {} instances to warm up, in {} ms of {} s",
            count,
            used / 1_000_000,
            (System.nanoTime() - began) / 1_000_000_000);
      }
    } catch (CompletionException e) {
      if (!runtime.closed()) {
        log.warn("Warm-up failed", e);
      }
    }
  }

  private void one(int number) {
    List<String> what = what(number);
    LoadedFunction function =
        runtime.load(WarmUpFunction.bundle(what.getFirst(), number)).toCompletableFuture().join();
    try {
      for (int i = 0; i < what.size() && (i == 0 || runtime.lanes().queued() == 0); i++) {
        var call = new WarmUpCall();
        function.invoke(WarmUpFunction.call(what.get(i)), call);
        call.done().join();
      }
    } finally {
      function.close();
    }
  }

  /** The calls of an instance: each thing once, and then what the calls of most functions have. */
  private static List<String> what(int number) {
    return number < OTHERS.size() ? List.of(OTHERS.get(number)) : USUAL;
  }

  private static List<String> usual() {
    List<String> ways = WarmUpFunction.USUALS;
    return IntStream.range(0, CALLS).mapToObj(i -> ways.get(i % ways.size())).toList();
  }
}
