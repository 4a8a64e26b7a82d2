package dev.brink.mesh.rollout;

import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;

/** Calls what is deployed under a name. Blocks; throws {@code DeploymentException}. */
@FunctionalInterface
public interface Invoker {
  InvokeResponse invoke(String tenant, String name, InvokeRequest request);
}
