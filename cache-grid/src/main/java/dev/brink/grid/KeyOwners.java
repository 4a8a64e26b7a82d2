package dev.brink.grid;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cache.affinity.AffinityFunction;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which member has the primary copy of each partition of a store's records. Whoever asks gets what
 * was known a moment ago; as long as somebody does, it is looked up anew each second, on a thread
 * that may wait for Ignite. Thread-safe.
 */
final class KeyOwners {
  private static final Logger log = LoggerFactory.getLogger(KeyOwners.class);
  private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final KeyValuePlace place;
  private final AffinityFunction affinity = KeyValueCaches.affinity();
  private final AtomicBoolean looking = new AtomicBoolean();
  private volatile Known known = new Known(new UUID[0], System.nanoTime() - MAX_AGE_NANOS);

  /** By partition; none while it is not known. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Known(@Nullable UUID[] owners, long atNanos) {}

  KeyOwners(KeyValuePlace place) {
    this.place = place;
  }

  /** Of what is stored under this key; empty while it is not known. Never waits. */
  Optional<UUID> of(String stored) {
    Known now = known;
    if (System.nanoTime() - now.atNanos >= MAX_AGE_NANOS && looking.compareAndSet(false, true)) {
      Thread.ofVirtual().name("brink-kv-owners").start(this::look);
    }
    return now.owners.length == 0
        ? Optional.empty()
        : Optional.ofNullable(now.owners[affinity.partition(stored)]);
  }

  private void look() {
    @Nullable UUID[] owners = new UUID[0];
    try {
      StoreCaches caches = place.caches();
      if (caches != null) {
        owners = owners(caches);
      }
    } catch (IgniteException | IllegalStateException e) {
      log.debug("where keys are is not known for the moment", e);
    } finally {
      known = new Known(owners, System.nanoTime());
      looking.set(false);
    }
  }

  private @Nullable UUID[] owners(StoreCaches caches) {
    @Nullable UUID[] owners = new UUID[affinity.partitions()];
    Map<Integer, ClusterNode> primaries =
        caches
            .ignite()
            .affinity(caches.records().getName())
            .mapPartitionsToNodes(
                IntStream.range(0, owners.length).boxed().collect(Collectors.toList()));
    primaries.forEach(
        (partition, node) -> {
          if (node != null) {
            owners[partition] = UUID.fromString(node.consistentId().toString());
          }
        });
    return Arrays.stream(owners).anyMatch(owner -> owner != null) ? owners : new UUID[0];
  }
}
