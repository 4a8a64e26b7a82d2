package dev.brink.exec;

/** The characters that one invocation, or an instance outside of any, may print. On the lane. */
final class LogRoom {
  /** Characters printed. */
  static final int MAX_CHARS = 64 << 10;

  private final LimitCounts counts;
  private int used;

  LogRoom(LimitCounts counts) {
    this.counts = counts;
  }

  /**
   * How many of so many characters may be printed.
   *
   * @return fewer than were asked for when there is no more room, 0 from then on
   */
  int take(int chars) {
    int room = MAX_CHARS - used;
    if (room > 0 && chars > room) {
      counts.met(Limit.LOG);
    }
    used = Math.clamp((long) used + chars, 0, MAX_CHARS);
    return Math.clamp(room, 0, chars);
  }
}
