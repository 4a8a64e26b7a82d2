package dev.brink.mesh.deploy;

import java.util.List;

/**
 * Deploys to the mesh and asks what is deployed. Get one from a node in this process or from a
 * client that speaks to a node's admin port; both behave alike.
 *
 * <p>Thread-safe. Methods block until there is an answer: call them from a virtual thread where
 * that matters. All throw {@link DeploymentException}.
 */
public interface Deployments {
  /** Deploys and waits until every live node serves it, 30 seconds at most. */
  default DeployResult deploy(DeploymentSpec spec) {
    return deploy(spec, DeployOptions.DEFAULT);
  }

  /**
   * Makes the name in {@code spec} stand for it, on every node. What was deployed under the name
   * before serves until a node has the new version loaded and warmed.
   *
   * @return how each node did; {@link DeployResult#complete} says whether all that were awaited are
   *     ready
   */
  DeployResult deploy(DeploymentSpec spec, DeployOptions options);

  /** All deployments, by tenant and name. */
  List<DeploymentInfo> list();

  /** One deployment; fails with code {@code deployment-not-found} when there is none. */
  DeploymentInfo describe(String tenant, String name);

  /** Takes the name out of the mesh; fails with code {@code deployment-not-found}. */
  void remove(String tenant, String name);

  /**
   * Calls a function or an origin as a request that reached this node's ingress would.
   *
   * @throws DeploymentException with the code that a client would get, and what the function has
   *     said of its error, which a client would not
   */
  InvokeResponse invoke(String tenant, String name, InvokeRequest request);
}
