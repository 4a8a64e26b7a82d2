package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.ignite.DataRegionMetrics;
import org.apache.ignite.IgniteException;
import org.jspecify.annotations.Nullable;

/** What the namespaces of one durability share. Thread-safe. */
final class KeyValueEngine implements AutoCloseable {
  /** Beyond this part of its region a store takes no more values. */
  private static final double FULL = 0.85;

  private static final long USAGE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final Duration READ_GRACE = Duration.ofSeconds(KeyValue.READ_SECONDS);
  private static final Duration ORPHAN_GRACE = Duration.ofMinutes(11);

  private final KeyValuePlace place;
  private final long maxBytes;
  private final KeyValueCalls calls;
  private final LocalCopies copies;
  private final KeyValueSweeper sweeper;
  private final KeyValueStore store;
  private final KeyWatches watches;
  private final KeyOwners owners;
  private final Uploads uploads = new Uploads();
  private final LongAdder reads = new LongAdder();
  private final LongAdder localReads = new LongAdder();
  private final LongAdder writes = new LongAdder();
  private final LongAdder lists = new LongAdder();
  private volatile Usage usage = new Usage(0, System.nanoTime() - USAGE_NANOS);

  private record Usage(long usedBytes, long atNanos) {}

  /**
   * An engine.
   *
   * @param copyBytes how much may be held in this process for local reads
   * @param maxBytes how much the store's region can hold
   */
  KeyValueEngine(
      String name,
      KeyValuePlace place,
      HybridClock clock,
      InstantSource time,
      long copyBytes,
      long maxBytes) {
    this(name, place, clock, time, copyBytes, maxBytes, READ_GRACE, ORPHAN_GRACE);
  }

  KeyValueEngine(
      String name,
      KeyValuePlace place,
      HybridClock clock,
      InstantSource time,
      long copyBytes,
      long maxBytes,
      Duration readGrace,
      Duration orphanGrace) {
    this.place = place;
    this.maxBytes = maxBytes;
    calls = new KeyValueCalls(place);
    copies = new LocalCopies(copyBytes);
    sweeper = new KeyValueSweeper(name, place, time, readGrace, orphanGrace);
    store = new KeyValueStore(clock, time, copies, sweeper);
    watches = new KeyWatches(place);
    owners = new KeyOwners(place);
    sweeper.start();
  }

  KeyValue namespace(Namespace namespace, Duration timeout) {
    return new KeyValueNamespace(namespace, this, timeout);
  }

  /** Ignite runs, for the first time or again. */
  void resumed(StoreCaches caches) {
    watches.resumed(caches);
  }

  /** Tells who watches when keys may be lost with all that had them, while that Ignite runs. */
  void watchLosses(StoreCaches caches) {
    LostCopies.watch(caches, watches::lost);
  }

  LocalCopies.@Nullable Copy copy(String key, long maxStaleNanos) {
    return copies.get(key, maxStaleNanos, System.nanoTime());
  }

  KeyValueStore store() {
    return store;
  }

  KeyValueCalls calls() {
    return calls;
  }

  Uploads uploads() {
    return uploads;
  }

  KeyWatches watches() {
    return watches;
  }

  KeyOwners owners() {
    return owners;
  }

  LongAdder reads() {
    return reads;
  }

  LongAdder localReads() {
    return localReads;
  }

  LongAdder writes() {
    return writes;
  }

  LongAdder lists() {
    return lists;
  }

  KeyValueStats stats() {
    return new KeyValueStats(
        reads.sum(),
        localReads.sum(),
        writes.sum(),
        lists.sum(),
        calls.failures(),
        calls.pending(),
        usage().usedBytes,
        indexBytes());
  }

  private long indexBytes() {
    StoreCaches caches = place.caches();
    try {
      return caches == null ? 0 : KeyIndexes.of(caches.ignite()).bytes();
    } catch (IllegalStateException _) {
      return 0; // it has stopped
    }
  }

  /** Why no more values are taken; null when they are. Ignite itself would fail as a whole. */
  @Nullable GridUnavailableException full() {
    Usage now = usage();
    return now.usedBytes < maxBytes * FULL
        ? null
        : KeyValueCalls.unavailable(
            Reason.FULL,
            "values take %d of %d bytes (expected: less than %.0f %%)"
                .formatted(now.usedBytes, maxBytes, FULL * 100),
            null);
  }

  private Usage usage() {
    Usage last = usage;
    long now = System.nanoTime();
    if (now - last.atNanos < USAGE_NANOS) {
      return last;
    }
    Usage measured = new Usage(last.usedBytes, now);
    usage = measured;
    StoreCaches caches = place.caches();
    if (caches != null) {
      measured = measured(caches, measured);
      usage = measured;
    }
    return measured;
  }

  @SuppressWarnings("deprecation") // what replaces it can be read by exporters only
  private static Usage measured(StoreCaches caches, Usage otherwise) {
    try {
      DataRegionMetrics region = caches.ignite().dataRegionMetrics(caches.region());
      return region == null
          ? otherwise
          : new Usage(region.getTotalUsedPages() * region.getPageSize(), otherwise.atNanos);
    } catch (IgniteException | IllegalStateException e) {
      return otherwise;
    }
  }

  @Override
  public void close() {
    watches.close();
    sweeper.close();
    calls.close();
  }
}
