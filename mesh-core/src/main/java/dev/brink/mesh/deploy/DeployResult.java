package dev.brink.mesh.deploy;

import java.util.List;

/**
 * What came of a deploy.
 *
 * @param version the function version's digest; empty for origins
 * @param nodes each live node's outcome
 * @param millis from the call to the return
 * @param complete whether all awaited nodes are ready
 */
public record DeployResult(
    String tenant,
    String name,
    String version,
    List<NodeOutcome> nodes,
    double millis,
    boolean complete) {
  public DeployResult {
    nodes = List.copyOf(nodes);
  }

  /**
   * One node's part.
   *
   * @param millis from the call to this node's readiness
   * @param message why not, empty when ready
   */
  public record NodeOutcome(String node, Status status, double millis, String message) {}

  /** How a node did. */
  public enum Status {
    READY,
    FAILED,
    NO_ANSWER,
    NOT_AWAITED
  }
}
