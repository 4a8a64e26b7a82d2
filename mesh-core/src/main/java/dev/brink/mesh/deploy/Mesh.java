package dev.brink.mesh.deploy;

import java.util.List;

/**
 * A mesh as seen through one of its nodes. Thread-safe; methods block, as in {@link Deployments}.
 */
public interface Mesh {
  Deployments deployments();

  /** The nodes this node knows, itself included. */
  List<NodeInfo> nodes();

  /** What was used, by tenant, function, version and hour, summed over all nodes. */
  List<UsageRow> usage();
}
