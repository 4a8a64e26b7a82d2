package dev.brink.placement;

/**
 * Where the time of an answered request went, in nanoseconds. A negative or absurd part teaches
 * nothing and does no harm.
 *
 * @param netNanos elapsed at the ingress less the time at the node that ran it; 0 when local
 * @param queueNanos waiting for a lane
 * @param coldNanos making the instance, 0 when warm
 * @param runNanos from entering the function to its response
 * @param laneNanos the part of the run that held a lane; -1 where it is not known, and then the
 *     whole run counts
 * @param wasCold whether an instance had to be made for it
 * @param bytes of the bodies of request and response within {@code netNanos}; -1 where it is not
 *     known
 */
public record Observed(
    long netNanos,
    long queueNanos,
    long coldNanos,
    long runNanos,
    long laneNanos,
    boolean wasCold,
    long bytes) {

  /** Where it is not known how many bytes were sent. */
  public Observed(
      long netNanos,
      long queueNanos,
      long coldNanos,
      long runNanos,
      long laneNanos,
      boolean wasCold) {
    this(netNanos, queueNanos, coldNanos, runNanos, laneNanos, wasCold, -1);
  }

  /** Where it is not known how long the run held a lane, nor how many bytes were sent. */
  public Observed(long netNanos, long queueNanos, long coldNanos, long runNanos, boolean wasCold) {
    this(netNanos, queueNanos, coldNanos, runNanos, -1, wasCold, -1);
  }

  /** What the run held a lane for: all of it where that is not known or makes no sense. */
  long heldNanos() {
    return Costs.onLaneNanos(laneNanos, runNanos);
  }

  /** All of it. */
  long totalNanos() {
    return Math.max(0, netNanos)
        + Math.max(0, queueNanos)
        + Math.max(0, coldNanos)
        + Math.max(0, runNanos);
  }
}
