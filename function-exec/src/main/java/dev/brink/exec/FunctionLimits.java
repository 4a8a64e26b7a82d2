package dev.brink.exec;

import java.time.Duration;

/**
 * What one invocation may use before it is ended.
 *
 * @param cpu processor time; of one that has answered with a WebSocket, for each message and each
 *     time that {@code wall} has passed
 * @param wall time from the start of the run to the end of the response and of {@code waitUntil}; a
 *     WebSocket has a lifetime instead
 * @param memoryBytes bytes allocated and held, as sampled
 * @param requestBodyBytes size of the request's body
 * @param responseBodyBytes size of the response's body
 * @param subrequests requests and calls of bindings that it may make
 * @param concurrency invocations one instance may have under way at once, waiting for I/O
 */
public record FunctionLimits(
    Duration cpu,
    Duration wall,
    long memoryBytes,
    long requestBodyBytes,
    long responseBodyBytes,
    int subrequests,
    int concurrency) {
  /** Requests of an invocation, where nothing else is said. */
  public static final int DEFAULT_SUBREQUESTS = 50;

  /** With as many requests as is usual. */
  public FunctionLimits(
      Duration cpu,
      Duration wall,
      long memoryBytes,
      long requestBodyBytes,
      long responseBodyBytes,
      int concurrency) {
    this(
        cpu,
        wall,
        memoryBytes,
        requestBodyBytes,
        responseBodyBytes,
        DEFAULT_SUBREQUESTS,
        concurrency);
  }

  /** 50 ms of processor time would be too little for a first, interpreted run: 1 s; wall 30 s. */
  public static final FunctionLimits DEFAULT =
      new FunctionLimits(
          Duration.ofSeconds(1), Duration.ofSeconds(30), 128L << 20, 1L << 40, 1L << 40, 64);
}
