package dev.brink.mesh.exchange;

/**
 * Where a call's time went until its response, in nanoseconds.
 *
 * @param node the node that answered
 * @param cold whether an instance had to be made
 */
public record CallTiming(
    String node, boolean cold, long queueNanos, long coldNanos, long runNanos, long netNanos) {}
