package dev.brink.mesh.link;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Calls under way, and when there are none left. Thread-safe. */
final class CallCount {
  private final AtomicInteger count = new AtomicInteger();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean draining;

  void began() {
    count.incrementAndGet();
  }

  void ended() {
    if (count.decrementAndGet() == 0 && draining) {
      drained.complete(null);
    }
  }

  CompletionStage<Void> drained() {
    draining = true;
    if (count.get() == 0) {
      drained.complete(null);
    }
    return drained;
  }
}
