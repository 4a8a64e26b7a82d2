package dev.brink.exec;

/**
 * How busy a runtime is.
 *
 * @param lanes threads that run guests
 * @param busy lanes that run one now
 * @param overtime invocations that go on beside their lanes
 * @param queued invocations that wait for a lane
 * @param waitNanos an estimate of the time until a lane is free for a new invocation
 * @param abandonedLanes lanes given up because a guest could not be stopped
 */
public record RuntimeLoad(
    int lanes, int busy, int overtime, int queued, long waitNanos, int abandonedLanes) {
  /** Lanes' worth of work under way: busy lanes, and turns beside them, {@link #lanes} at most. */
  public int taken() {
    return Math.min(lanes, busy + overtime);
  }
}
