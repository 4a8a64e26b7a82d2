package dev.brink.exec.lane;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/** The jobs that wait for one lane, in order, so many at most. Thread-safe. */
final class LaneJobs {
  private static final AtomicIntegerFieldUpdater<LaneJobs> COUNT =
      AtomicIntegerFieldUpdater.newUpdater(LaneJobs.class, "count");

  private final Queue<LaneJob> waiting = new ConcurrentLinkedQueue<>();
  private final int bound;

  /** Here and not in an object of its own: whoever looks at the jobs looks at it too. */
  private volatile int count;

  LaneJobs(int bound) {
    this.bound = bound;
  }

  /** Whether there was room for it. */
  boolean offer(LaneJob job) {
    if (COUNT.incrementAndGet(this) > bound) {
      COUNT.decrementAndGet(this);
      return false;
    }
    waiting.add(job);
    return true;
  }

  @Nullable LaneJob poll() {
    LaneJob job = waiting.poll();
    if (job != null) {
      COUNT.decrementAndGet(this);
    }
    return job;
  }

  /** The one that has waited longest. */
  @Nullable LaneJob peek() {
    return waiting.peek();
  }

  /** Whether {@code job} was waiting, and is the caller's. */
  boolean take(LaneJob job) {
    boolean mine = waiting.remove(job);
    if (mine) {
      COUNT.decrementAndGet(this);
    }
    return mine;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** How many wait, or are about to. */
  int count() {
    return count;
  }
}
