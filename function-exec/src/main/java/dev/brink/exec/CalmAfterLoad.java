package dev.brink.exec;

/**
 * Tells whether the last load, many turns a second, is some time ago. What a node does for nothing
 * between two bursts has the compiled code of the functions that are called made anew, as what they
 * share with others is used in more ways, and then the next burst meets code that is not compiled.
 * For one thread.
 */
final class CalmAfterLoad {
  /** So long after the last load it is over. */
  static final long CALM_NANOS = 10_000_000_000L;

  /** More turns a second are load. */
  private static final int TURNS_PER_SECOND = 200;

  /** Turns are counted over so long at least. */
  private static final long WINDOW_NANOS = 100_000_000;

  private long seenTurns;
  private long seenNanos;
  private long loadedNanos;
  private boolean loaded;

  CalmAfterLoad(long turns, long nowNanos) {
    seenTurns = turns;
    seenNanos = nowNanos;
  }

  /**
   * To be asked several times a second.
   *
   * @param turns how many there were in all; may begin again
   * @param nowNanos of {@link System#nanoTime}
   */
  boolean isCalm(long turns, long nowNanos) {
    long window = nowNanos - seenNanos;
    if (window >= WINDOW_NANOS) {
      long more = Math.abs(turns - seenTurns);
      if (more * 1_000_000_000.0 / window > TURNS_PER_SECOND) {
        loaded = true;
        loadedNanos = nowNanos;
      }
      seenTurns = turns;
      seenNanos = nowNanos;
    }
    if (loaded && nowNanos - loadedNanos >= CALM_NANOS) {
      loaded = false;
    }
    return !loaded;
  }
}
