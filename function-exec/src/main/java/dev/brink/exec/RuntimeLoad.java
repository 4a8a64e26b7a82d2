package dev.brink.exec;

/**
 * How busy a runtime is.
 *
 * @param lanes threads that run guests
 * @param busy lanes that run one now
 * @param queued invocations that wait for a lane
 * @param waitNanos an estimate of the time until a lane is free for a new invocation
 * @param abandonedLanes lanes given up because a guest could not be stopped
 */
public record RuntimeLoad(int lanes, int busy, int queued, long waitNanos, int abandonedLanes) {}
