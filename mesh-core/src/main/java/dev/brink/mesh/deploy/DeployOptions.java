package dev.brink.mesh.deploy;

import java.time.Duration;

/**
 * How long a deploy waits for the nodes.
 *
 * @param waitFor which nodes
 * @param timeout after which it returns all the same, naming who did not answer
 */
public record DeployOptions(Wait waitFor, Duration timeout) {
  public static final DeployOptions DEFAULT = new DeployOptions(Wait.ALL, Duration.ofSeconds(30));

  /** Which nodes must serve a version before a deploy returns. */
  public enum Wait {
    ALL,
    MAJORITY,
    NONE
  }
}
