package dev.brink.mesh.deploy;

import java.util.List;

/**
 * What a purge did.
 *
 * @param nodes each member of the mesh
 * @param millis until it was over
 */
public record PurgeResult(List<NodePurge> nodes, double millis) {
  public PurgeResult {
    nodes = List.copyOf(nodes);
  }

  /** Whether every node has taken note of it. */
  public boolean complete() {
    return nodes.stream().allMatch(NodePurge::done);
  }

  /**
   * A node's part.
   *
   * @param node its name
   * @param done whether it has taken note; one that has not does when it is back
   * @param millis until it said so
   * @param message why it has not; else empty
   */
  public record NodePurge(String node, boolean done, double millis, String message) {}
}
