package dev.brink.placement.warmth;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Instances that are to be made at known times, at most one of each function, and are paid for. Not
 * thread-safe.
 */
final class Reservations {
  private final Map<String, Reserved> byId = new HashMap<>();

  /** How many there are for each time. */
  private final TreeMap<Long, Integer> times = new TreeMap<>();

  /** Processor time, and when the making is to begin. */
  record Reserved(long costNanos, long atNanos) {}

  /** In place of what was reserved for the same function. */
  void put(String id, long costNanos, long atNanos) {
    var _ = remove(id);
    byId.put(id, new Reserved(costNanos, atNanos));
    times.merge(atNanos, 1, Integer::sum);
  }

  @Nullable Reserved remove(String id) {
    Reserved gone = byId.remove(id);
    if (gone != null) {
      times.computeIfPresent(gone.atNanos, (_, count) -> count == 1 ? null : count - 1);
    }
    return gone;
  }

  /**
   * Whether fewer than {@code most} are for less than {@code withinNanos} before or after a time.
   * Looks at {@code most} of them at most.
   */
  boolean fewerThan(double most, long atNanos, long withinNanos) {
    if (withinNanos <= 0) {
      return most > 0;
    }
    long first = Math.max(atNanos, Long.MIN_VALUE + withinNanos) - withinNanos;
    long last = Math.min(atNanos, Long.MAX_VALUE - withinNanos) + withinNanos;
    int found = 0;
    for (int count : times.subMap(first, false, last, false).values()) {
      found += count;
      if (found >= most) {
        return false;
      }
    }
    return found < most;
  }
}
