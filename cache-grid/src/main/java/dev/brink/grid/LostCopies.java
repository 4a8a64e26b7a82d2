package dev.brink.grid;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.ignite.IgniteException;
import org.apache.ignite.events.DiscoveryEvent;
import org.apache.ignite.events.EventType;
import org.apache.ignite.internal.GridKernalContext;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.affinity.AffinityTopologyVersion;
import org.apache.ignite.internal.processors.cache.IgniteInternalCache;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionTopology;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that all copies of some keys in memory may be gone: a member fails while what another one
 * had, which left or failed before, is not copied again. Ignite says nothing of that, as it takes
 * an empty partition for a good one there; it does know when all members have all their copies. Who
 * leaves in order waits for that itself ({@link Departure}).
 */
final class LostCopies {
  private static final Logger log = LoggerFactory.getLogger(LostCopies.class);
  private static final Duration LOOK = Duration.ofMillis(20);

  private final List<GridDhtPartitionTopology> topologies;
  private final GridKernalContext kernal;
  private final Runnable lost;

  /** The version of the grid since which there may be too few copies; 0 when there are not. */
  private final AtomicLong leftAt = new AtomicLong();

  private LostCopies(StoreCaches caches, Runnable lost) {
    this.topologies = topologies(caches);
    this.kernal = ((IgniteEx) caches.ignite()).context();
    this.lost = lost;
  }

  /**
   * Watches for as long as that Ignite node runs.
   *
   * @param lost hears of it on a thread of Ignite's; must not wait
   */
  static void watch(StoreCaches caches, Runnable lost) {
    try {
      var copies = new LostCopies(caches, lost);
      caches
          .ignite()
          .events()
          .localListen(
              event -> {
                if (event.type() == EventType.EVT_NODE_FAILED) {
                  copies.failed();
                }
                copies.left(((DiscoveryEvent) event).topologyVersion());
                return true;
              },
              EventType.EVT_NODE_LEFT,
              EventType.EVT_NODE_FAILED);
      // One may have gone before this node came.
      copies.left(caches.ignite().cluster().topologyVersion());
    } catch (IgniteException | IllegalStateException e) {
      log.debug("copies are watched when Ignite is back", e);
    }
  }

  private static List<GridDhtPartitionTopology> topologies(StoreCaches caches) {
    IgniteEx ignite = (IgniteEx) caches.ignite();
    return Stream.of(caches.records(), caches.chunks(), caches.blobs())
        .map(cache -> topology(ignite, cache.getName()))
        .toList();
  }

  private static GridDhtPartitionTopology topology(IgniteEx ignite, String name) {
    IgniteInternalCache<?, ?> cache = ignite.cachex(name);
    if (cache == null) {
      throw new IgniteException(name + ": not there (expected: a cache of a started node)");
    }
    return cache.context().topology();
  }

  private void failed() {
    if (leftAt.get() != 0) {
      lost.run();
    }
  }

  /** When it is told the grid may have begun to go on without the member. */
  private void left(long version) {
    leftAt.accumulateAndGet(version, Math::max);
    Thread.ofVirtual().name("brink-kv-copies").start(() -> awaitCopies(version));
  }

  private void awaitCopies(long version) {
    try {
      while (leftAt.get() == version && !kernal.isStopping() && !areMade(version)) {
        Thread.sleep(LOOK);
      }
      // Not where another one has left meanwhile.
      boolean _ = leftAt.compareAndSet(version, 0);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether all members have all their copies, as they should since that version of the grid. */
  private boolean areMade(long version) {
    for (GridDhtPartitionTopology topology : topologies) {
      AffinityTopologyVersion ready = topology.readyTopologyVersion();
      if (ready.topologyVersion() < version || !topology.rebalanceFinished(ready)) {
        return false;
      }
    }
    return true;
  }
}
