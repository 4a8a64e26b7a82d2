package dev.brink.grid;

import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;

/** The caches of one Ignite node; each node has others. */
final class StoreCaches {
  private final Ignite ignite;
  private final String region;
  private final IgniteCache<String, byte[]> records;
  private final IgniteCache<String, byte[]> chunks;
  private final IgniteCache<String, byte[]> blobs;

  private StoreCaches(Ignite ignite, String name) {
    this.ignite = ignite;
    this.region = name;
    this.records = ignite.cache(name + KeyValueCaches.RECORDS);
    this.chunks = ignite.cache(name + KeyValueCaches.CHUNKS);
    this.blobs = ignite.cache(name + KeyValueCaches.BLOBS);
  }

  static StoreCaches of(Ignite ignite, String name) {
    return new StoreCaches(ignite, name);
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
