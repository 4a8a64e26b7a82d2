package dev.brink.cache.policy;

import java.util.Arrays;

/** Doubly linked queues over slot numbers. A slot is in one queue of these links at most. */
final class Links {
  static final int NONE = -1;

  private int[] older;
  private int[] newer;

  Links(int slots) {
    older = new int[slots];
    newer = new int[slots];
  }

  void resize(int slots) {
    older = Arrays.copyOf(older, slots);
    newer = Arrays.copyOf(newer, slots);
  }

  Queue queue() {
    return new Queue();
  }

  /** Slots from oldest to newest. */
  final class Queue {
    private int oldest = NONE;
    private int newest = NONE;
    private long bytes;

    int oldest() {
      return oldest;
    }

    int newer(int slot) {
      return newer[slot];
    }

    boolean isEmpty() {
      return oldest == NONE;
    }

    long bytes() {
      return bytes;
    }

    void resized(long difference) {
      bytes += difference;
    }

    void add(int slot, long slotBytes) {
      older[slot] = newest;
      newer[slot] = NONE;
      if (newest == NONE) {
        oldest = slot;
      } else {
        newer[newest] = slot;
      }
      newest = slot;
      bytes += slotBytes;
    }

    void remove(int slot, long slotBytes) {
      int before = older[slot];
      int after = newer[slot];
      if (before == NONE) {
        oldest = after;
      } else {
        newer[before] = after;
      }
      if (after == NONE) {
        newest = before;
      } else {
        older[after] = before;
      }
      bytes -= slotBytes;
    }

    void toNewest(int slot, long slotBytes) {
      if (slot != newest) {
        remove(slot, slotBytes);
        add(slot, slotBytes);
      }
    }
  }
}
