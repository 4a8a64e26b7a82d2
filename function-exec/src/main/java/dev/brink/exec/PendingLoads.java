package dev.brink.exec;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Loads and warm-ups that somebody waits for. They end with the runtime, wherever they are: on a
 * lane that is held up or has ended, among the background work, or not yet there. Thread-safe.
 */
final class PendingLoads {
  private final Map<Long, CompletableFuture<LoadedFunction>> pending = new ConcurrentHashMap<>();
  private final AtomicLong count = new AtomicLong();
  private volatile boolean closed;

  /** One more; it has failed already when the runtime is closed. */
  CompletableFuture<LoadedFunction> begin() {
    var load = new CompletableFuture<LoadedFunction>();
    long number = count.incrementAndGet();
    pending.put(number, load);
    var _ = load.whenComplete((_, _) -> pending.remove(number));
    if (closed) {
      load.completeExceptionally(GraalRuntime.closedException());
    }
    return load;
  }

  /** Fails all of them, and those that begin from now on. */
  void close() {
    closed = true;
    pending.values().forEach(load -> load.completeExceptionally(GraalRuntime.closedException()));
  }
}
