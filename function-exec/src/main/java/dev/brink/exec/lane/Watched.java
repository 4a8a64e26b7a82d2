package dev.brink.exec.lane;

/** A guest's turn on a lane, as the watchdog sees it. */
public interface Watched {
  /**
   * Asked about once a millisecond, on the watchdog's thread, while the turn runs. When it returns
   * {@code true} it has begun to end the guest, and is not asked again for this turn.
   *
   * @param cpuNanos processor time of this turn so far
   * @param allocatedBytes bytes allocated by this turn so far
   */
  boolean over(long cpuNanos, long allocatedBytes, long nowNanos);

  /**
   * The guest could not be ended and the lane has a new thread, on which this is called; the old
   * thread may still be inside the guest.
   */
  void abandoned(Lane lane);
}
