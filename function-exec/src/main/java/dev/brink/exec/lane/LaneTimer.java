package dev.brink.exec.lane;

import java.util.function.Consumer;

/** Something due on a lane. Used on that lane, or in its turns. */
public final class LaneTimer {
  final long dueNanos;
  final long sequence;
  private final Consumer<LaneTimer> action;
  private final TimerHeap heap;
  private volatile boolean cancelled;
  int index = -1;

  LaneTimer(TimerHeap heap, long dueNanos, long sequence, Consumer<LaneTimer> action) {
    this.heap = heap;
    this.dueNanos = dueNanos;
    this.sequence = sequence;
    this.action = action;
  }

  void fire() {
    if (!cancelled) {
      action.accept(this);
    }
  }

  /** Idempotent; does nothing once the timer has fired. */
  public void cancel() {
    cancelled = true;
    heap.remove(this);
  }

  /** Whether it was cancelled, which what it has set going, but nobody has run yet, looks at. */
  public boolean cancelled() {
    return cancelled;
  }
}
