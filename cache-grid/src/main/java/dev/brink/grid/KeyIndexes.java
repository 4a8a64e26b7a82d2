package dev.brink.grid;

import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.affinity.AffinityFunction;
import org.apache.ignite.spi.IgniteSpiAdapter;
import org.apache.ignite.spi.IgniteSpiException;
import org.apache.ignite.spi.IgniteSpiMultipleInstancesSupport;
import org.apache.ignite.spi.indexing.IndexingQueryFilter;
import org.apache.ignite.spi.indexing.IndexingSpi;
import org.jspecify.annotations.Nullable;

/**
 * The indexes of the namespaces that are listed on one Ignite node. Ignite tells it of each entry
 * that comes into a partition here, by a write, as primary or as backup, or with a partition that
 * moves, right after the entry can be found and before a write is acknowledged. It does not tell of
 * entries that go, nor of those that were on the disk when it started.
 *
 * <p>They are in a bounded part of the heap: a namespace that no room is left for has none, and is
 * gone through at each list. Thread-safe.
 */
@IgniteSpiMultipleInstancesSupport(true)
final class KeyIndexes extends IgniteSpiAdapter implements IndexingSpi {
  /** For how long an index that is not used is kept current. */
  private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** For how long, after there was no room, none is begun. */
  private static final long FULL_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** So many-th of the heap. */
  private static final int HEAP_PART = 16;

  /** The partition of a key, for all indexes: it is the same for all caches. */
  final AffinityFunction affinity = KeyValueCaches.affinity();

  private final Map<Id, KeyIndex> indexes = new ConcurrentHashMap<>();
  private final AtomicLong bytes = new AtomicLong();
  private volatile long maxBytes;
  private volatile long fullUntilNanos = System.nanoTime();

  private record Id(String cache, String namespace) {}

  KeyIndexes() {
    this(Runtime.getRuntime().maxMemory() / HEAP_PART);
  }

  /**
   * Indexes.
   *
   * @param maxBytes how much of the heap they may take, about; 0 for no indexes
   */
  KeyIndexes(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Those of a node. */
  static KeyIndexes of(Ignite ignite) {
    return (KeyIndexes) ignite.configuration().getIndexingSpi();
  }

  /** Sets the bound, and forgets all indexes. */
  void limit(long most) {
    maxBytes = most;
    fullUntilNanos = System.nanoTime();
    indexes.values().forEach(this::drop);
  }

  /** How much of the heap they take, about. */
  long bytes() {
    return bytes.get();
  }

  /** The index of a namespace; null when there is no room for it. */
  @Nullable KeyIndex index(String cache, String namespace) {
    if (namespace.isEmpty()) {
      return null;
    }
    Id id = new Id(cache, namespace);
    KeyIndex known = indexes.get(id);
    if (known != null) {
      return known;
    }
    long now = System.nanoTime();
    indexes.values().stream().filter(other -> idle(other, now)).forEach(this::drop);
    return now - fullUntilNanos < 0 || !roomToBuild()
        ? null
        : indexes.computeIfAbsent(id, _ -> new KeyIndex(this, namespace));
  }

  private static boolean idle(KeyIndex index, long nowNanos) {
    return nowNanos - index.usedNanos() > IDLE_NANOS;
  }

  /** Whether more may be added by going through what there is. */
  boolean roomToBuild() {
    return bytes.get() < maxBytes;
  }

  /** There was no room for all that an index has to have. */
  void dropForRoom(KeyIndex index) {
    fullUntilNanos = System.nanoTime() + FULL_NANOS;
    drop(index);
  }

  private void drop(KeyIndex index) {
    indexes.values().remove(index);
    index.end();
  }

  void count(long more) {
    bytes.addAndGet(more);
  }

  // ---- what Ignite calls

  @Override
  public void store(@Nullable String cache, Object key, Object value, long expires) {
    if (indexes.isEmpty() || cache == null || !(key instanceof String stored)) {
      return;
    }
    KeyIndex index = indexes.get(new Id(cache, Namespace.prefixOf(stored)));
    // A write does not end a build: what is there is let grow by a quarter of the bound.
    if (index != null
        && index.stored(stored)
        && (bytes.get() > maxBytes + maxBytes / 4 || idle(index, System.nanoTime()))) {
      drop(index);
    }
  }

  @Override
  public void remove(@Nullable String cache, Object key) {
    // Ignite calls it for caches with SQL only; a list finds out what has gone.
  }

  @Override
  public Iterator<Cache.Entry<?, ?>> query(
      @Nullable String cache, Collection<Object> parameters, @Nullable IndexingQueryFilter filter) {
    throw new IgniteSpiException("lists are asked for with a task");
  }

  @Override
  public void spiStart(@Nullable String igniteInstanceName) {
    // There is nothing to start.
  }

  @Override
  public void spiStop() {
    limit(0);
  }
}
