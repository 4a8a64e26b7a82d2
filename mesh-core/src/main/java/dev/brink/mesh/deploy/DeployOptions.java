package dev.brink.mesh.deploy;

import java.time.Duration;

/**
 * How long a deploy waits for the nodes.
 *
 * @param waitFor which nodes
 * @param timeout after which it returns all the same, naming who did not answer; {@link
 *     #MAX_TIMEOUT} at most
 */
public record DeployOptions(Wait waitFor, Duration timeout) {
  /** The longest that a deploy may wait. */
  public static final Duration MAX_TIMEOUT = Duration.ofHours(1);

  public static final DeployOptions DEFAULT = new DeployOptions(Wait.ALL, Duration.ofSeconds(30));

  public DeployOptions {
    if (timeout.isNegative() || timeout.compareTo(MAX_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          "timeout: " + timeout + " (expected: 0 to " + MAX_TIMEOUT.toHours() + " h)");
    }
  }

  /** Which nodes must serve a version before a deploy returns. */
  public enum Wait {
    ALL,
    MAJORITY,
    NONE
  }
}
