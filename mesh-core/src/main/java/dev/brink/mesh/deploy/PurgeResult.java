package dev.brink.mesh.deploy;

import java.util.List;

/**
 * What a purge did.
 *
 * @param nodes each member of the mesh
 * @param millis until it was over
 * @param unrecorded why the grid does not keep it yet for nodes that are away; empty: it does. The
 *     nodes that have taken note of it hold it all the same, and the one that was asked goes on
 *     trying, also when it is started again, unless this says that it can't keep it
 */
public record PurgeResult(List<NodePurge> nodes, double millis, String unrecorded) {
  public PurgeResult {
    nodes = List.copyOf(nodes);
  }

  /** Whether every node has taken note of it, and the grid keeps it. */
  public boolean complete() {
    return unrecorded.isEmpty() && nodes.stream().allMatch(NodePurge::done);
  }

  /**
   * A node's part.
   *
   * @param node its name
   * @param done whether it has taken note; one that has not does when it is back, once the grid
   *     keeps the purge
   * @param millis until it said so
   * @param message why it has not; else empty
   */
  public record NodePurge(String node, boolean done, double millis, String message) {}
}
