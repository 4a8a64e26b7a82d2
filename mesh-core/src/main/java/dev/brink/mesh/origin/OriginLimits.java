package dev.brink.mesh.origin;

import java.time.Duration;

/**
 * What is taken from upstream servers, and held for them. What a pool's definition says comes on
 * top.
 *
 * @param maxHeadBytes a response's status line, and all its header lines; 502. Default 64 KiB
 * @param maxHeaders header lines of a response; 502. Default 256
 * @param bodyBufferBytes held of one response whose client is slow before the server is no longer
 *     read from. Default 64 KiB
 * @param maxWaiting requests that wait for a connection to one server; more get 503. Default 1024
 * @param idleTimeout of a kept connection, shorter where the server announces so. Default 30 s
 * @param bodyTimeout between two pieces of a body, either way. Default 30 s
 * @param stallTimeout for a client to take more of a response before it is broken off. Default 5
 *     min
 * @param upgradedIdleTimeout without a byte either way on an upgraded connection. Default 10 min
 */
public record OriginLimits(
    int maxHeadBytes,
    int maxHeaders,
    int bodyBufferBytes,
    int maxWaiting,
    Duration idleTimeout,
    Duration bodyTimeout,
    Duration stallTimeout,
    Duration upgradedIdleTimeout) {

  private static final OriginLimits DEFAULTS =
      new OriginLimits(
          64 * 1024,
          256,
          64 * 1024,
          1024,
          Duration.ofSeconds(30),
          Duration.ofSeconds(30),
          Duration.ofMinutes(5),
          Duration.ofMinutes(10));

  /**
   * @throws IllegalArgumentException when a bound is not positive
   */
  public OriginLimits {
    positive("maxHeadBytes", maxHeadBytes);
    positive("maxHeaders", maxHeaders);
    positive("bodyBufferBytes", bodyBufferBytes);
    positive("maxWaiting", maxWaiting);
    positive("idleTimeout", idleTimeout.toNanos());
    positive("bodyTimeout", bodyTimeout.toNanos());
    positive("stallTimeout", stallTimeout.toNanos());
    positive("upgradedIdleTimeout", upgradedIdleTimeout.toNanos());
  }

  private static void positive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }

  public static OriginLimits defaults() {
    return DEFAULTS;
  }

  /** The same with another {@code bodyTimeout}. */
  public OriginLimits withBodyTimeout(Duration timeout) {
    return new OriginLimits(
        maxHeadBytes,
        maxHeaders,
        bodyBufferBytes,
        maxWaiting,
        idleTimeout,
        timeout,
        stallTimeout,
        upgradedIdleTimeout);
  }
}
