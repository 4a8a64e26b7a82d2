package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Which stored responses none of this cache's own clients has asked for yet: copies taken ahead,
 * and what was fetched for another cache. Two keys may share a place: what is forgotten is not
 * counted. Thread-safe.
 */
final class Copies {
  private static final int PLACES = 1 << 14;
  private static final long COPY = 1;

  /** The upper half of a key, but for its last bit, which tells a copy; 0: none. */
  private final AtomicLongArray unused = new AtomicLongArray(PLACES);

  private final LongAdder taken = new LongAdder();
  private final LongAdder used = new LongAdder();

  private static int place(StoreKey id) {
    return (int) (id.low() & (PLACES - 1));
  }

  /** A copy has been stored. */
  void taken(StoreKey id) {
    taken.increment();
    unused.set(place(id), id.high() | COPY);
  }

  /** Something is stored that was fetched. */
  void fetched(StoreKey id, boolean forPeer) {
    int at = place(id);
    if (forPeer) {
      unused.set(at, id.high() & ~COPY);
    } else if ((unused.get(at) & ~COPY) == (id.high() & ~COPY)) {
      unused.set(at, 0);
    }
  }

  /**
   * What is stored answers a client.
   *
   * @return whether it is the first one here
   */
  boolean used(StoreKey id) {
    int at = place(id);
    long mark = unused.get(at);
    if ((mark & ~COPY) != (id.high() & ~COPY) || !unused.compareAndSet(at, mark, 0)) {
      return false;
    }
    if ((mark & COPY) != 0) {
      used.increment();
    }
    return true;
  }

  long takenTotal() {
    return taken.sum();
  }

  long usedTotal() {
    return used.sum();
  }
}
