package dev.brink.exec.lane;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A binary heap of timers by due time, then by order of creation; removal is O(log n). */
final class TimerHeap {
  private @Nullable LaneTimer[] timers = new LaneTimer[16];
  private int size;
  private long sequence;

  LaneTimer add(long dueNanos, Runnable action) {
    var timer = new LaneTimer(this, dueNanos, sequence++, action);
    if (size == timers.length) {
      timers = Arrays.copyOf(timers, size * 2);
    }
    size++;
    up(size - 1, timer);
    return timer;
  }

  /** Nanoseconds until the first is due, negative when overdue, {@code Long.MAX_VALUE} for none. */
  long untilFirst(long nowNanos) {
    LaneTimer first = timers[0];
    return first == null ? Long.MAX_VALUE : first.dueNanos - nowNanos;
  }

  /** Removes and returns the first if it is due. */
  @Nullable LaneTimer pollDue(long nowNanos) {
    LaneTimer first = timers[0];
    if (first == null || first.dueNanos - nowNanos > 0) {
      return null;
    }
    remove(first);
    return first;
  }

  void remove(LaneTimer timer) {
    int hole = timer.index;
    timer.index = -1;
    size--;
    LaneTimer last = timers[size];
    timers[size] = null;
    if (last != null && last != timer) {
      down(hole, last);
      if (last.index == hole) {
        up(hole, last);
      }
    }
  }

  private void up(int hole, LaneTimer timer) {
    int at = hole;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      LaneTimer above = timers[parent];
      if (above == null || !before(timer, above)) {
        break;
      }
      place(at, above);
      at = parent;
    }
    place(at, timer);
  }

  private void down(int hole, LaneTimer timer) {
    int at = hole;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      LaneTimer below = timers[child];
      LaneTimer right = child + 1 < size ? timers[child + 1] : null;
      if (below != null && right != null && before(right, below)) {
        child++;
        below = right;
      }
      if (below == null || !before(below, timer)) {
        break;
      }
      place(at, below);
      at = child;
    }
    place(at, timer);
  }

  private void place(int at, LaneTimer timer) {
    timers[at] = timer;
    timer.index = at;
  }

  private static boolean before(LaneTimer a, LaneTimer b) {
    long apart = a.dueNanos - b.dueNanos;
    return apart < 0 || (apart == 0 && a.sequence < b.sequence);
  }
}
