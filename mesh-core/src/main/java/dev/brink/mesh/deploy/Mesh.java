package dev.brink.mesh.deploy;

import dev.brink.cache.Purge;
import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * A mesh as seen through one of its nodes. Thread-safe; methods block, as in {@link Deployments}.
 */
public interface Mesh {
  Deployments deployments();

  /**
   * Has a function hear of a tick of its schedule now, on the node asked, beside those that are
   * due; waits until it has ended.
   *
   * @throws DeploymentException {@code deployment-not-found}; {@code invalid-request} for what is
   *     no function, or no expression; {@code tick-not-here} when the function may not run on that
   *     node
   */
  TickResult tick(String tenant, String name, TickRequest request);

  /** What functions get in {@code env} and nobody else sees. */
  Secrets secrets();

  /** The nodes this node knows, itself included. */
  List<NodeInfo> nodes();

  /** The nodes that are not there and still count for majorities, in state {@code missing}. */
  List<NodeInfo> missing();

  /**
   * Stops counting a node that is gone for good, for the registry's majority and the durable
   * store's; what only it had of that is lost then.
   *
   * @param node its id
   * @throws DeploymentException {@code node-not-missing} when it is not one of {@link #missing}
   */
  void forget(String node);

  /**
   * Where a request would run if the node asked got it now.
   *
   * @param url its host is that of the request; a path alone is one at any host
   * @param headers of the request
   * @throws DeploymentException {@code route-not-found}, or {@code invalid-request} when no
   *     function answers there
   */
  Explanation explain(URI url, List<Map.Entry<String, String>> headers);

  /**
   * The last requests, at most 1,024, that the node asked ran on other nodes too, to measure what
   * its choices were worth; oldest first. None unless {@code placement.regret-sample} is set.
   */
  List<RegretSample> regrets();

  /**
   * Takes what a purge names out of the cache of every node, or has it validated before it is used
   * again. When it returns, no node that is {@code done} uses what it had.
   *
   * @throws IllegalArgumentException for a value that names nothing
   */
  PurgeResult purge(Purge purge);

  /** What was used, by tenant, function, version and hour, summed over all nodes. */
  List<UsageRow> usage();
}
