package dev.brink.mesh.exchange;

import java.util.Map;

/**
 * Where a call's time went until its response, in nanoseconds.
 *
 * @param node the node that answered
 * @param cold whether an instance had to be made
 * @param runNanos running, without waiting for the rest of the request's body; -1 where that is not
 *     known
 * @param laneNanos the part of the run that held a lane: much less where the function waits for
 *     others; 0 where it is not known
 * @param reads how often it read which source of data, as placement names them
 */
public record CallTiming(
    String node,
    boolean cold,
    long queueNanos,
    long coldNanos,
    long runNanos,
    long laneNanos,
    long netNanos,
    Map<String, Integer> reads) {

  /** What the run held a lane for: all of it where that is not known. */
  public long heldNanos() {
    return laneNanos > 0 ? Math.min(laneNanos, runNanos) : runNanos;
  }

  /** Of a call that read nothing, and of which it is not known how long it held a lane. */
  public CallTiming(
      String node, boolean cold, long queueNanos, long coldNanos, long runNanos, long netNanos) {
    this(node, cold, queueNanos, coldNanos, runNanos, 0, netNanos, Map.of());
  }
}
