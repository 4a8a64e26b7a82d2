package dev.brink.exec.lane;

/** Something due on a lane. Used on that lane only. */
public final class LaneTimer {
  final long dueNanos;
  final long sequence;
  final Runnable action;
  private final TimerHeap heap;
  int index = -1;

  LaneTimer(TimerHeap heap, long dueNanos, long sequence, Runnable action) {
    this.heap = heap;
    this.dueNanos = dueNanos;
    this.sequence = sequence;
    this.action = action;
  }

  /** Idempotent; does nothing once the timer has fired. */
  public void cancel() {
    if (index >= 0) {
      heap.remove(this);
    }
  }
}
