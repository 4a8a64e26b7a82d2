package dev.brink.exec;

import dev.brink.exec.lane.Lanes;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads small functions, each new and called once, while nothing else runs: what makes an instance
 * is compiled only after some hundreds of them, and until then the first answer of a function takes
 * several times longer, and the first to use a piece of the web API waits until that is read. Uses
 * a twentieth of the lanes' time at most, apart from the compilers', and a fifth for some seconds.
 */
final class IdleWarmUp {
  private static final Logger log = LoggerFactory.getLogger(IdleWarmUp.class);

  /** One part of so many of the lanes' time, the second while something has not run at all yet. */
  private static final int SHARE = 20;

  private static final int FIRST_SHARE = 5;

  private static final List<String> OTHERS = WarmUpFunction.OTHERS;
  private static final int LOOKS = 4;
  private static final long LOOK_NANOS = 5_000_000;
  private static final long LOOK_AGAIN_NANOS = 100_000_000;

  /**
   * So many turns between the first look and the last are no work, as those of 200 calls a second.
   */
  private static final int FEW_TURNS = 4;

  private final GraalRuntime runtime;
  private final int count;

  private IdleWarmUp(GraalRuntime runtime, int count) {
    this.runtime = runtime;
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
    try {
      for (int made = 0; made < count && !runtime.closed(); ) {
        if (!idle()) {
          pause(LOOK_AGAIN_NANOS);
          continue;
        }
        long start = System.nanoTime();
        one(made++);
        long nanos = System.nanoTime() - start;
        used += nanos;
        int share = made <= OTHERS.size() ? FIRST_SHARE : SHARE;
        pause(nanos * share / lanes - nanos - LOOKS * LOOK_NANOS);
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

  /**
   * Whether the lanes had nothing to do whenever one looked, and little in between: calls that are
   * short are seldom under way when one looks, however many there are.
   */
  private boolean idle() {
    Lanes lanes = runtime.lanes();
    long turns = lanes.turns();
    for (int i = 0; i < LOOKS; i++) {
      if (lanes.busy() > 0 || lanes.queued() > 0 || lanes.overtime() > 0) {
        return false;
      }
      pause(LOOK_NANOS);
    }
    return Math.abs(lanes.turns() - turns) <= FEW_TURNS;
  }

  private void pause(long nanos) {
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !runtime.closed(); left = until - System.nanoTime()) {
      LockSupport.parkNanos(this, Math.min(left, LOOK_AGAIN_NANOS));
    }
  }

  private void one(int number) {
    String what = what(number);
    LoadedFunction function =
        runtime.load(WarmUpFunction.bundle(what, number)).toCompletableFuture().join();
    try {
      var call = new WarmUpCall();
      function.invoke(WarmUpFunction.call(what), call);
      call.done().join();
    } finally {
      function.close();
    }
  }

  /** Each thing once, and then what the calls of most functions have in them. */
  private static String what(int number) {
    return number < OTHERS.size() ? OTHERS.get(number) : WarmUpFunction.USUAL;
  }
}
