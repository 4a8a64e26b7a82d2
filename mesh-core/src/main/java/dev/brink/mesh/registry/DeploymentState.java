package dev.brink.mesh.registry;

import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.proto.WeightedVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A deployment on this node. Touched on the registry's thread only. */
final class DeploymentState {
  final String key;
  final Deployment deployment;
  final Stamp stamp;

  /** Waits until this node serves the deployment, or cannot. */
  final List<CompletableFuture<Void>> waiters = new ArrayList<>();

  /** What is served meanwhile; {@code null} once this one is. */
  @Nullable DeploymentState before;

  DeploymentState(String key, Deployment deployment, Stamp stamp) {
    this.key = key;
    this.deployment = deployment;
    this.stamp = stamp;
  }

  List<String> digests() {
    return deployment.getFunction().getVersionsList().stream()
        .map(WeightedVersion::getDigest)
        .toList();
  }
}
