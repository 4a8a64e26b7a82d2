package dev.brink.mesh.exchange;

import java.util.Map;

/**
 * Where a call's time went until its response, in nanoseconds.
 *
 * @param node the node that answered
 * @param cold whether an instance had to be made
 * @param reads how often it read which source of data, as placement names them
 */
public record CallTiming(
    String node,
    boolean cold,
    long queueNanos,
    long coldNanos,
    long runNanos,
    long netNanos,
    Map<String, Integer> reads) {

  /** Of a call that read nothing. */
  public CallTiming(
      String node, boolean cold, long queueNanos, long coldNanos, long runNanos, long netNanos) {
    this(node, cold, queueNanos, coldNanos, runNanos, netNanos, Map.of());
  }
}
