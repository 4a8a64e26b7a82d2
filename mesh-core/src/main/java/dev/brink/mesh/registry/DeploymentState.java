package dev.brink.mesh.registry;

import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.proto.WeightedVersion;
import dev.brink.mesh.route.RoutePattern;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A deployment on this node. Touched on the registry's thread only. */
final class DeploymentState {
  private static final Logger LOG = LoggerFactory.getLogger(DeploymentState.class);

  final String key;
  final Deployment deployment;
  final Stamp stamp;

  /** Those that this version of a node can read. */
  final List<RoutePattern> routes;

  /** Waits until this node serves the deployment, or cannot. */
  final List<CompletableFuture<Void>> waiters = new ArrayList<>();

  /** What is served meanwhile; {@code null} once this one is. */
  @Nullable DeploymentState before;

  DeploymentState(String key, Deployment deployment, Stamp stamp) {
    this.key = key;
    this.deployment = deployment;
    this.stamp = stamp;
    this.routes = routes(key, deployment);
  }

  /** A node of another version may have accepted what cannot be read here: it never matches. */
  private static List<RoutePattern> routes(String key, Deployment deployment) {
    List<RoutePattern> readable = new ArrayList<>();
    int passedOver = 0;
    String why = "";
    for (String route : deployment.getRoutesList()) {
      try {
        readable.add(RoutePattern.parse(route));
      } catch (IllegalArgumentException e) {
        passedOver++;
        why = String.valueOf(e.getMessage());
      }
    }
    if (passedOver > 0) {
      LOG.error("{}: {} of its routes are passed over, the last: {}", key, passedOver, why);
    }
    return List.copyOf(readable);
  }

  List<String> digests() {
    return deployment.getFunction().getVersionsList().stream()
        .map(WeightedVersion::getDigest)
        .toList();
  }
}
