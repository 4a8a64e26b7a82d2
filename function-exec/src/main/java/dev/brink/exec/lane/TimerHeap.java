package dev.brink.exec.lane;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A binary heap of timers by due time, then by order of creation; removal is O(log n). Thread-safe:
 * turns in overtime use it beside their lane's thread.
 */
final class TimerHeap {
  private @Nullable LaneTimer[] timers = new LaneTimer[16];
  private volatile @Nullable LaneTimer first;
  private int size;
  private long sequence;

  synchronized LaneTimer add(long dueNanos, Consumer<LaneTimer> action) {
    var timer = new LaneTimer(this, dueNanos, sequence++, action);
    if (size == timers.length) {
      timers = Arrays.copyOf(timers, size * 2);
    }
    size++;
    up(size - 1, timer);
    first = timers[0];
    return timer;
  }

  /** Nanoseconds until the first is due, negative when overdue, {@code Long.MAX_VALUE} for none. */
  long untilFirst(long nowNanos) {
    LaneTimer next = first;
    return next == null ? Long.MAX_VALUE : next.dueNanos - nowNanos;
  }

  /** Removes and returns the first if it is due. */
  synchronized @Nullable LaneTimer pollDue(long nowNanos) {
    LaneTimer next = timers[0];
    if (next == null || next.dueNanos - nowNanos > 0) {
      return null;
    }
    remove(next);
    return next;
  }

  /** Does nothing when the timer is not, or no longer, here. */
  synchronized void remove(LaneTimer timer) {
    int hole = timer.index;
    if (hole < 0) {
      return;
    }
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
    first = timers[0];
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
