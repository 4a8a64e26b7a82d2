package dev.brink.mesh.registry;

import dev.brink.grid.Entry;
import dev.brink.grid.Grid;
import dev.brink.grid.GridListener;
import dev.brink.grid.GridState;
import dev.brink.grid.MapListener;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.SnapshotFile;
import dev.brink.mesh.proto.StoredRecord;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the registry and the grid at one: what the grid has goes to the registry, and what only
 * this node's file remembers goes to the grid, where the newest stamp wins; a name that the others
 * have removed meanwhile goes.
 */
public final class GridFeed {
  /** The map of deployments, by {@code tenant/name}. */
  public static final String DEPLOYMENTS = "deployments";

  /** The map of function versions, by digest. */
  public static final String VERSIONS = "versions";

  /** The map of functions' secrets, sealed, by {@code tenant/function/name}. */
  public static final String SECRETS = "secrets";

  private static final Logger LOG = LoggerFactory.getLogger(GridFeed.class);

  private final Registry registry;
  private final Grid grid;
  private final ReplicatedMap deployments;
  private final ReplicatedMap versions;
  private final ReplicatedMap secrets;
  private final Map<String, Entry> unmergedVersions = new ConcurrentHashMap<>();
  private final Map<String, Entry> unmergedDeployments = new ConcurrentHashMap<>();
  private final Map<String, Entry> unmergedSecrets = new ConcurrentHashMap<>();

  private GridFeed(Registry registry, Grid grid, SnapshotFile restored) {
    this.registry = registry;
    this.grid = grid;
    this.deployments = grid.map(DEPLOYMENTS);
    this.versions = grid.map(VERSIONS);
    this.secrets = grid.map(SECRETS);
    restored.getSecretsList().forEach(record -> keep(unmergedSecrets, record));
    restored.getVersionsList().forEach(record -> keep(unmergedVersions, record));
    restored.getDeploymentsList().forEach(record -> keep(unmergedDeployments, record));
  }

  /**
   * Starts to feed.
   *
   * @param restored what the registry read from its file
   */
  public static void start(Registry registry, Grid grid, SnapshotFile restored) {
    var feed = new GridFeed(registry, grid, restored);
    registry.secretsFrom(feed.secrets::entries);
    feed.secrets.listen(feed.new Secrets());
    feed.versions.listen(feed.new Versions());
    feed.deployments.listen(feed.new Deployments());
    grid.listen(
        new GridListener() {
          @Override
          public void stateChanged(GridState before, GridState now, String reason) {
            feed.merge();
          }
        });
    feed.merge();
  }

  private static void keep(Map<String, Entry> unmerged, StoredRecord record) {
    unmerged.put(record.getKey(), StoredRecords.entry(record));
  }

  private void merge() {
    if (grid.state() != GridState.CONNECTED) {
      return;
    }
    merge(
        unmergedSecrets,
        secrets,
        (key, stamp) -> {
          var _ = registry.removeSecret(key, stamp);
        });
    merge(unmergedVersions, versions, (digest, stamp) -> {});
    merge(
        unmergedDeployments,
        deployments,
        (key, stamp) -> {
          var _ = registry.removeDeployment(key, stamp);
        });
  }

  /**
   * @param gone hears of what the others have removed meanwhile
   */
  private void merge(
      Map<String, Entry> unmerged, ReplicatedMap map, BiConsumer<String, Stamp> gone) {
    unmerged.forEach(
        (key, entry) ->
            map.merge(key, entry)
                .whenComplete(
                    (newer, failure) -> {
                      merged(unmerged, key, failure);
                      if (failure == null && map.get(key).isEmpty()) {
                        // All that is known: later than what only the file has.
                        gone.accept(key, entry.stamp().next());
                      }
                    }));
  }

  private static void merged(Map<String, Entry> unmerged, String key, Throwable failure) {
    if (failure == null) {
      unmerged.remove(key);
    } else {
      LOG.warn("{} is not in the grid yet: {}; tried again later", key, failure.toString());
    }
  }

  private final class Secrets implements MapListener {
    @Override
    public void changed(String key, Entry entry) {
      var _ = registry.putSecret(key, entry);
    }

    @Override
    public void removed(String key, Stamp stamp) {
      var _ = registry.removeSecret(key, stamp);
    }
  }

  private final class Versions implements MapListener {
    @Override
    public void changed(String digest, Entry entry) {
      registry.putVersion(digest, entry);
    }

    @Override
    public void removed(String digest, Stamp stamp) {
      // The registry unloads what no deployment refers to by itself.
    }
  }

  private final class Deployments implements MapListener {
    @Override
    public void changed(String key, Entry entry) {
      registry
          .putDeployment(key, entry)
          .whenComplete(
              (served, failure) -> {
                if (failure != null) {
                  LOG.warn("{}: not served here: {}", key, failure.getMessage());
                }
              });
    }

    @Override
    public void removed(String key, Stamp stamp) {
      var _ = registry.removeDeployment(key, stamp);
    }
  }
}
