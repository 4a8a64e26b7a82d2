package dev.brink.exec;

import org.jspecify.annotations.Nullable;

/**
 * What one invocation used: the raw material of metering.
 *
 * @param timing up to the response
 * @param wallNanos from its start on a lane to its end, body and {@code waitUntil} included
 * @param cpuNanos processor time on lanes
 * @param allocatedBytes bytes allocated on lanes
 * @param bytesIn bytes of the request's body that were read
 * @param bytesOut bytes of the response's body
 * @param subrequests requests the function made
 * @param outcome {@code null} for success
 */
public record InvocationReport(
    Timing timing,
    long wallNanos,
    long cpuNanos,
    long allocatedBytes,
    long bytesIn,
    long bytesOut,
    int subrequests,
    FunctionException.@Nullable Code outcome) {

  /** Of one that has just ended. */
  static InvocationReport of(
      RunClock clock,
      InvocationLimits limits,
      RunBodies bodies,
      FunctionException.@Nullable Code outcome) {
    return new InvocationReport(
        clock.timing(),
        clock.wallNanos(),
        limits.cpuNanos(),
        limits.allocatedBytes(),
        bodies.bytesIn(),
        bodies.bytesOut(),
        limits.subrequests(),
        outcome);
  }
}
