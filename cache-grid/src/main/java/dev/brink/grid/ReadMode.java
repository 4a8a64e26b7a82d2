package dev.brink.grid;

import java.time.Duration;

/**
 * How recent an answer has to be.
 *
 * @param maxStaleness how long ago the value may have been replaced; zero for not at all
 */
public record ReadMode(Duration maxStaleness) {
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final ReadMode CONSISTENT = new ReadMode(Duration.ZERO);

  public ReadMode {
    Bounds.duration("maxStaleness", maxStaleness, Duration.ZERO, LONGEST);
  }

  /**
   * Every write that was acknowledged before the call, on any node, is seen: the member that holds
   * the key is asked.
   */
  public static ReadMode consistent() {
    return CONSISTENT;
  }

  /**
   * What this node read or wrote itself at most that long ago is answered at once, from this
   * process's memory and also while the grid is away; else as {@link #consistent}. A write through
   * this node is seen by every later read through it.
   *
   * @param maxStaleness at most a day
   */
  public static ReadMode within(Duration maxStaleness) {
    return new ReadMode(maxStaleness);
  }
}
