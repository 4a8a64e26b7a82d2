package dev.brink.exec;

import dev.brink.exec.lane.Lanes;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads small functions, each new and called once, while nothing else runs: what makes an instance
 * is compiled only after some hundreds of them, and until then the first answer of a function takes
 * several times longer. Uses a twentieth of the lanes' time at most, apart from the compilers'.
 */
final class IdleWarmUp {
  private static final Logger log = LoggerFactory.getLogger(IdleWarmUp.class);
  private static final int SHARE = 20;
  private static final int LOOKS = 5;
  private static final long LOOK_NANOS = 1_000_000;
  private static final long LOOK_AGAIN_NANOS = 100_000_000;

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
        pause(nanos * SHARE / lanes - nanos);
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

  /** Whether the lanes had nothing to do whenever one looked; others may wait for something. */
  private boolean idle() {
    for (int i = 0; i < LOOKS; i++) {
      Lanes lanes = runtime.lanes();
      if (lanes.busy() > 0 || lanes.queued() > 0 || lanes.overtime() > 0) {
        return false;
      }
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
    return true;
  }

  private void pause(long nanos) {
    long until = System.nanoTime() + nanos;
    for (long left = nanos; left > 0 && !runtime.closed(); left = until - System.nanoTime()) {
      LockSupport.parkNanos(this, Math.min(left, LOOK_AGAIN_NANOS));
    }
  }

  private void one(int number) {
    LoadedFunction function =
        runtime.load(WarmUp.bundle(String.valueOf(number))).toCompletableFuture().join();
    try {
      var call = new Call();
      function.invoke(WarmUp.call(), call);
      call.done.join();
    } finally {
      function.close();
    }
  }

  private static final class Call implements InvocationListener {
    final CompletableFuture<Void> done = new CompletableFuture<>();

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
      if (head instanceof FullHttpResponse full) {
        full.release();
      }
    }

    @Override
    public void onFailure(FunctionException failure, Timing timing) {
      done.completeExceptionally(failure);
    }

    @Override
    public void onDone(InvocationReport report) {
      done.complete(null);
    }
  }
}
