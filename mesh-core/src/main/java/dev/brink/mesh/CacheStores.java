package dev.brink.mesh;

import dev.brink.cache.store.DiskStore;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.Store;
import dev.brink.cache.store.TieredStore;
import dev.brink.mesh.config.CacheConfig;
import java.io.IOException;
import java.nio.file.Path;

/** Where a node keeps what it caches. */
final class CacheStores {
  private static final String FOLDER = "cache";

  private CacheStores() {}

  /**
   * The store of a configuration.
   *
   * @param data the node's data directory
   * @throws IOException if the folder on the disk can't be used
   */
  static Store open(CacheConfig config, Path data) throws IOException {
    MemoryStore memory = MemoryStore.of(config.memoryBytes(), config.goal());
    return config.diskBytes() == 0
        ? memory
        : TieredStore.of(memory, DiskStore.open(data.resolve(FOLDER), config.diskBytes()));
  }
}
