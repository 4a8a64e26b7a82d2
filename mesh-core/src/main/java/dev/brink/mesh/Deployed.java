package dev.brink.mesh;

import dev.brink.grid.Grid;
import dev.brink.mesh.origin.Origins;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.proto.SnapshotFile;
import dev.brink.mesh.registry.Binding;
import dev.brink.mesh.registry.GridFeed;
import dev.brink.mesh.registry.Registry;
import dev.brink.mesh.registry.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** What is deployed, as a node serves it: the snapshot, and the pools of its origins. */
final class Deployed {
  private final Origins origins;
  private volatile Snapshot snapshot = Snapshot.empty();

  Deployed(Origins origins) {
    this.origins = origins;
  }

  /** As it is now. */
  Snapshot snapshot() {
    return snapshot;
  }

  /** It is this from now on. */
  void changed(Snapshot changed) {
    Map<String, OriginPool> pools = new HashMap<>();
    for (Map.Entry<String, Binding> entry : changed.bindings().entrySet()) {
      if (entry.getValue() instanceof Binding.Origin origin) {
        pools.put(entry.getKey(), origin.pool());
      }
    }
    origins.update(pools);
    snapshot = changed;
  }

  /**
   * Has the registry follow the grid, and waits until it serves what the grid has now.
   *
   * @param restored what the registry read from its file
   */
  static void follow(Registry registry, Grid grid, SnapshotFile restored) throws IOException {
    GridFeed.start(registry, grid, restored);
    grid.map(GridFeed.VERSIONS).entries().forEach(registry::putVersion);
    List<CompletableFuture<Void>> served = new ArrayList<>();
    grid.map(GridFeed.SECRETS)
        .entries()
        .forEach((key, entry) -> served.add(registry.putSecret(key, entry).toCompletableFuture()));
    grid.map(GridFeed.DEPLOYMENTS)
        .entries()
        .forEach(
            (key, entry) -> {
              var _ = registry.putDeployment(key, entry);
            });
    served.add(registry.settled().toCompletableFuture());
    Awaited.get(
        "loading what is deployed",
        CompletableFuture.allOf(served.toArray(CompletableFuture<?>[]::new)));
  }
}
