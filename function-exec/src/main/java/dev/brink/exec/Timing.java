package dev.brink.exec;

/**
 * Where an invocation's time went until its response, in nanoseconds.
 *
 * @param cold whether an instance had to be made for it
 * @param queueNanos waiting for a lane, and for a processor while in overtime
 * @param coldNanos making the instance, 0 when warm
 * @param runNanos from entering the function to its response, without that waiting
 * @param laneNanos the run's turns on a lane, to the end of the one that responded: much less than
 *     the run where the function waits for others
 */
public record Timing(boolean cold, long queueNanos, long coldNanos, long runNanos, long laneNanos) {
  /** For what never started. */
  public static final Timing NONE = new Timing(false, 0, 0, 0, 0);
}
