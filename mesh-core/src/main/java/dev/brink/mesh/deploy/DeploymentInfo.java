package dev.brink.mesh.deploy;

import java.time.Instant;
import java.util.List;

/**
 * What is deployed under a name.
 *
 * @param kind {@code function} or {@code origin}
 * @param version the function version's digest; empty for origins
 * @param modules a function's module paths, or an origin pool's servers
 */
public record DeploymentInfo(
    String tenant,
    String name,
    String kind,
    String version,
    List<String> routes,
    List<String> modules,
    Instant updated) {
  public DeploymentInfo {
    routes = List.copyOf(routes);
    modules = List.copyOf(modules);
  }
}
