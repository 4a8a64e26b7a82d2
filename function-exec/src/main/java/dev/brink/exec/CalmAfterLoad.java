package dev.brink.exec;

/**
 * Tells whether the last load, many turns or rounds a second, is some time ago. What a node does
 * for nothing between two bursts has the compiled code of the functions that are called made anew,
 * as what they share with others is used in more ways, and then the next burst meets code that is
 * not compiled. For one thread.
 */
final class CalmAfterLoad {
  /** So long after the last load it is over. */
  static final long CALM_NANOS = 10_000_000_000L;

  /** They are counted over so long at least. */
  private static final long WINDOW_NANOS = 100_000_000;

  private final int perSecond;
  private long seenCount;
  private long seenNanos;
  private long loadedNanos;
  private boolean loaded;

  /**
   * @param perSecond more in a second are load
   * @param count how many there were until now
   */
  CalmAfterLoad(int perSecond, long count, long nowNanos) {
    this.perSecond = perSecond;
    seenCount = count;
    seenNanos = nowNanos;
  }

  /**
   * To be asked several times a second.
   *
   * @param count how many there were in all; may begin again
   * @param nowNanos of {@link System#nanoTime}
   */
  boolean isCalm(long count, long nowNanos) {
    long window = nowNanos - seenNanos;
    if (window >= WINDOW_NANOS) {
      long more = Math.abs(count - seenCount);
      if (more * 1_000_000_000.0 / window > perSecond) {
        loaded = true;
        loadedNanos = nowNanos;
      }
      seenCount = count;
      seenNanos = nowNanos;
    }
    if (loaded && nowNanos - loadedNanos >= CALM_NANOS) {
      loaded = false;
    }
    return !loaded;
  }
}
