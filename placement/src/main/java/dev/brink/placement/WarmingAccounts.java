package dev.brink.placement;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a function's requests would have saved on each node, had it been warm there: the ski-rental
 * rule's account. What was saved fades within ten minutes, so that rare requests never add up to a
 * warming that has grown cold again before the next. Thread-safe and lock free; bounded: of two
 * nodes that share a place, the later one takes it.
 */
final class WarmingAccounts {
  private static final int PLACES = 64;
  private static final long SECOND_NANOS = 1_000_000_000L;
  private static final double FADE_SECONDS = 600;

  /** Node: 12 bits; second: 20 bits; microseconds saved: 32 bits. */
  private final AtomicLongArray accounts = new AtomicLongArray(PLACES);

  /**
   * Adds to a node's account; when it has reached the price it is emptied.
   *
   * @return what was saved when the price is reached, else 0
   */
  long add(int node, long savedNanos, long priceNanos, long nowNanos) {
    int place = node & PLACES - 1;
    long second = Math.floorDiv(nowNanos, SECOND_NANOS) & 0xFFFFF;
    long before;
    long after;
    double saved;
    boolean reached;
    do {
      before = accounts.get(place);
      saved = left(before, node, second) + savedNanos / 1e3;
      reached = saved * 1e3 >= priceNanos;
      after = reached ? 0 : word(node, second, saved);
    } while (!accounts.compareAndSet(place, before, after));
    return reached ? (long) (saved * 1e3) : 0;
  }

  private static double left(long word, int node, long second) {
    if (word >>> 52 != (node & 0xFFF)) {
      return 0;
    }
    long seconds = (second - (word >>> 32 & 0xFFFFF)) & 0xFFFFF;
    double micros = word & 0xFFFFFFFFL;
    return micros * Math.max(0, 1 - seconds / FADE_SECONDS);
  }

  private static long word(int node, long second, double micros) {
    return (node & 0xFFFL) << 52 | second << 32 | (long) Math.min(micros, 0xFFFFFFFFL);
  }
}
