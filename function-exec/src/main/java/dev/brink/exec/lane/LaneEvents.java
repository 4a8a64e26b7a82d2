package dev.brink.exec.lane;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be run on a lane, in order. When the lane has ended, what comes is run by who
 * brings it, still one at a time: it may hold what has to be let go. Thread-safe.
 */
final class LaneEvents {
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean running = new AtomicBoolean();
  private final Consumer<Runnable> runner;
  private volatile boolean over;

  /**
   * @param runner runs an event and lets nothing of it be thrown
   */
  LaneEvents(Consumer<Runnable> runner) {
    this.runner = runner;
  }

  void add(Runnable event) {
    waiting.add(event);
    // After it was added: the end looks the other way round, so that one of the two sees it.
    if (over) {
      runAll();
    }
  }

  @Nullable Runnable poll() {
    return waiting.poll();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** No thread polls any more. */
  void end() {
    over = true;
    runAll();
  }

  /** An event that brings another finds that this runs already. */
  private void runAll() {
    while (!waiting.isEmpty() && running.compareAndSet(false, true)) {
      try {
        for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
          runner.accept(next);
        }
      } finally {
        running.set(false);
      }
    }
  }
}
