package dev.brink.grid;

import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheRebalanceMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.TopologyValidator;
import org.jspecify.annotations.Nullable;

/** The configurations of a store's three caches: partitioned, with one backup, in one region. */
final class KeyValueCaches {
  /** The store in memory, and its data region. */
  static final String MEMORY = "kv";

  static final String RECORDS = "-records";
  static final String CHUNKS = "-chunks";
  static final String BLOBS = "-blobs";

  private static final int PARTITIONS = 64;

  private KeyValueCaches() {}

  /**
   * Fresh configurations.
   *
   * @param name of the store and its data region
   * @param validator tells whether writes are allowed; null for always
   */
  static CacheConfiguration<?, ?>[] configurations(
      String name, PartitionLossPolicy lossPolicy, @Nullable TopologyValidator validator) {
    return new CacheConfiguration<?, ?>[] {
      cache(name, RECORDS, CacheAtomicityMode.TRANSACTIONAL, lossPolicy, validator)
          .setEagerTtl(true),
      cache(name, CHUNKS, CacheAtomicityMode.ATOMIC, lossPolicy, validator).setEagerTtl(false),
      cache(name, BLOBS, CacheAtomicityMode.ATOMIC, lossPolicy, validator).setEagerTtl(false)
    };
  }

  /** How keys are divided into partitions, and these among the members. */
  static RendezvousAffinityFunction affinity() {
    return new RendezvousAffinityFunction(false, PARTITIONS);
  }

  private static CacheConfiguration<String, byte[]> cache(
      String name,
      String kind,
      CacheAtomicityMode atomicity,
      PartitionLossPolicy lossPolicy,
      @Nullable TopologyValidator validator) {
    CacheConfiguration<String, byte[]> cache =
        new CacheConfiguration<String, byte[]>(name + kind)
            .setGroupName(name + "-" + atomicity.name().toLowerCase(java.util.Locale.ROOT))
            .setDataRegionName(name)
            .setCacheMode(CacheMode.PARTITIONED)
            .setBackups(1)
            .setAtomicityMode(atomicity)
            .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
            .setRebalanceMode(CacheRebalanceMode.ASYNC)
            .setPartitionLossPolicy(lossPolicy)
            .setAffinity(affinity())
            .setReadFromBackup(false);
    if (validator != null) {
      cache.setTopologyValidator(validator);
    }
    return cache;
  }
}
