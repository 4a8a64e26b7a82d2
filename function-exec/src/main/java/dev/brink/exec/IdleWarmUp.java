package dev.brink.exec;

import dev.brink.exec.lane.Lanes;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads small functions, each new and called once, while nothing else runs: what makes an instance
 * is compiled only after some hundreds of them, and until then the first answer of a function takes
 * several times longer, and the first to use a piece of the web API waits until that is read. Uses
 * a twentieth of the lanes' time at most, apart from the compilers', and a fifth for some seconds.
 * After a load it goes on when that is {@linkplain CalmAfterLoad some seconds} ago.
 */
final class IdleWarmUp {
  private static final Logger log = LoggerFactory.getLogger(IdleWarmUp.class);

  /** One part of so many of the lanes' time, the second while something has not run at all yet. */
  private static final int SHARE = 20;

  private static final int FIRST_SHARE = 5;

  /** More are load: of functions, and of sockets, such as by hits of the cache. */
  private static final int TURNS_PER_SECOND = 200;

  private static final int ROUNDS_PER_SECOND = 1_000;
  private static final List<String> OTHERS = WarmUpFunction.OTHERS;
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
    Lanes all = runtime.lanes();
    int lanes = all.all().size();
    var guests = new CalmAfterLoad(TURNS_PER_SECOND, all.turns(), began);
    var sockets = new CalmAfterLoad(ROUNDS_PER_SECOND, all.companionRounds(), began);
    try {
      for (int made = 0; made < count && !runtime.closed(); ) {
        boolean is = idle.look();
        // Asked each time, as they also see to when the last load was.
        is &= guests.isCalm(all.turns(), System.nanoTime());
        is &= sockets.isCalm(all.companionRounds(), System.nanoTime());
        if (!is) {
          idle.pause(LOOK_AGAIN_NANOS);
          continue;
        }
        long start = System.nanoTime();
        one(made++);
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
