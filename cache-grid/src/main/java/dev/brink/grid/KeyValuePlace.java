package dev.brink.grid;

import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/**
 * Where a store keeps its entries: a running Ignite node and its caches, when there is one. Any
 * thread may ask; nothing waits.
 */
interface KeyValuePlace {
  /** The caches of the running Ignite node. */
  @Nullable Caches caches();

  /** Why calls are refused; null when they are not. */
  @Nullable GridUnavailableException refusal();

  /** Whether these are still the present caches, and this node is with the majority. */
  boolean holds(Caches caches);

  /** The caches of one Ignite node; each node has others. */
  final class Caches {
    private final Ignite ignite;
    private final String region;
    private final IgniteCache<String, byte[]> records;
    private final IgniteCache<String, byte[]> chunks;
    private final IgniteCache<String, byte[]> blobs;

    private Caches(Ignite ignite, String name) {
      this.ignite = ignite;
      this.region = name;
      this.records = ignite.cache(name + KeyValueCaches.RECORDS);
      this.chunks = ignite.cache(name + KeyValueCaches.CHUNKS);
      this.blobs = ignite.cache(name + KeyValueCaches.BLOBS);
    }

    static Caches of(Ignite ignite, String name) {
      return new Caches(ignite, name);
    }

    Ignite ignite() {
      return ignite;
    }

    String region() {
      return region;
    }

    /** {@code KeyValueRecord} by TENANT/NAME/KEY; transactional. */
    IgniteCache<String, byte[]> records() {
      return records;
    }

    /** {@code Chunk} by ID/INDEX. */
    IgniteCache<String, byte[]> chunks() {
      return chunks;
    }

    /** {@code BlobNote} by ID. */
    IgniteCache<String, byte[]> blobs() {
      return blobs;
    }
  }
}
