package dev.brink.grid;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.cache.CacheException;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.IgniteInternalCache;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtLocalPartition;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionState;
import org.apache.ignite.internal.processors.cache.distributed.dht.topology.GridDhtPartitionTopology;
import org.apache.ignite.lang.IgniteFuture;
import org.apache.ignite.lang.IgniteFutureTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Members that leave in order lose nothing of the namespaces in memory: one goes at a time, and not
 * before each partition that it has keys of is whole on another one. Who finds nothing to keep goes
 * at once. Not thread-safe.
 */
final class Departure {
  private static final Logger log = LoggerFactory.getLogger(Departure.class);

  /** A cache with one entry, the Ignite node whose turn it is to leave. */
  private static final String CACHE = "brink-departures";

  private static final String TURN = "turn";
  private static final Duration LOOK = Duration.ofMillis(20);

  private final Ignite ignite;
  private final UUID self;

  /** Of the records, and of what has the blobs and their chunks in one. */
  private final List<GridDhtPartitionTopology> topologies;

  private final long endNanos;

  private Departure(StoreCaches caches, Duration patience) {
    this.ignite = caches.ignite();
    this.self = ignite.cluster().localNode().id();
    this.topologies = Stream.of(caches.records(), caches.chunks()).map(this::topology).toList();
    this.endNanos = System.nanoTime() + patience.toNanos();
  }

  private GridDhtPartitionTopology topology(IgniteCache<?, ?> cache) {
    IgniteInternalCache<?, ?> internal = ((IgniteEx) ignite).cachex(cache.getName());
    if (internal == null) {
      throw new IllegalStateException(cache.getName() + ": not there (expected: as Ignite runs)");
    }
    return internal.context().topology();
  }

  static CacheConfiguration<String, UUID> cache() {
    return new CacheConfiguration<String, UUID>(CACHE)
        .setCacheMode(CacheMode.REPLICATED)
        .setAtomicityMode(CacheAtomicityMode.ATOMIC)
        .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
        .setAffinity(new RendezvousAffinityFunction(false, 1));
  }

  /**
   * Waits until the node may go; it has to go then, as others wait for that. What keeps it from
   * that is said in the log, and it goes anyway.
   *
   * @param patience for how long to wait at most
   */
  static void await(StoreCaches caches, Duration patience) {
    if (patience.isZero()) {
      return;
    }
    try {
      var departure = new Departure(caches, patience);
      if (departure.partitions(false) > 0) {
        departure.takeTurn();
        departure.awaitCopies();
      }
    } catch (TimeoutException e) {
      log.warn(
          "left before other members had all that this one had of the namespaces in memory, after"
              + " {} ms (grid.leave-timeout): {}",
          patience.toMillis(),
          e.getMessage());
    } catch (CacheException | IgniteException | IllegalStateException e) {
      log.warn("left without a look at whether other members have what this one had", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void takeTurn() throws InterruptedException, TimeoutException {
    IgniteCache<String, UUID> turns = ignite.cache(CACHE);
    while (!isAlone()) {
      UUID leaving = get(turns.getAndPutIfAbsentAsync(TURN, self));
      if (leaving == null || leaving.equals(self)) {
        return;
      }
      if (ignite.cluster().node(leaving) != null) {
        pause("node " + leaving + " leaves and is not gone yet");
      } else if (get(turns.replaceAsync(TURN, leaving, self))) {
        return;
      }
    }
  }

  private void awaitCopies() throws InterruptedException, TimeoutException {
    for (int alone = partitions(true); alone > 0; alone = partitions(true)) {
      pause(alone + " partitions are not copied yet");
    }
  }

  /**
   * How many partitions with keys this node has, whole.
   *
   * @param onlyHere counts those alone that no other node has as a whole
   * @return 0 where there is no other node
   */
  private int partitions(boolean onlyHere) {
    if (isAlone()) {
      return 0;
    }
    int count = 0;
    for (GridDhtPartitionTopology topology : topologies) {
      for (int number = 0; number < topology.partitions(); number++) {
        GridDhtLocalPartition here = topology.localPartition(number);
        if (here != null
            && here.state() == GridDhtPartitionState.OWNING
            && here.fullSize() > 0
            && !(onlyHere && isElsewhere(topology, number))) {
          count++;
        }
      }
    }
    return count;
  }

  /** What the topology says lags behind who is gone. */
  private boolean isElsewhere(GridDhtPartitionTopology topology, int number) {
    return topology.owners(number).stream()
        .map(ClusterNode::id)
        .anyMatch(owner -> !owner.equals(self) && ignite.cluster().node(owner) != null);
  }

  private boolean isAlone() {
    return ignite.cluster().forServers().nodes().size() == 1;
  }

  private <T> T get(IgniteFuture<T> asked) throws TimeoutException {
    try {
      return asked.get(Math.max(1, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (IgniteFutureTimeoutException e) {
      var late = new TimeoutException("whose turn it is to leave could not be asked in time");
      late.initCause(e);
      throw late;
    }
  }

  private void pause(String why) throws InterruptedException, TimeoutException {
    Thread.sleep(LOOK);
    if (System.nanoTime() - endNanos >= 0) {
      throw new TimeoutException(why);
    }
  }
}
