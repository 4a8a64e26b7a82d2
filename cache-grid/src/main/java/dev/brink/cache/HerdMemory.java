package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Remembers for two minutes which keys, and which folders of a site, had responses that can't be
 * shared, so that requests for them do not wait for each other in vain. Two keys may share a place:
 * what is forgotten or mistaken costs time, never correctness. Thread-safe.
 */
final class HerdMemory {
  private static final int PLACES = 1 << 14;
  private static final long KEPT_MILLIS = 120_000;

  /** How many responses in a row of one folder, of different keys, tell of the next one. */
  private static final int ENOUGH = 3;

  private static final int TIME_BITS = 44;

  private final AtomicLongArray keys = new AtomicLongArray(PLACES);
  private final AtomicLongArray until = new AtomicLongArray(PLACES);

  /** Per folder, above the time until which it is remembered, how many there were in a row. */
  private final AtomicLongArray folders = new AtomicLongArray(PLACES);

  private static int place(long hash) {
    return (int) (hash & (PLACES - 1));
  }

  private static int folder(CacheKey key) {
    int query = key.target().indexOf('?');
    int slash = key.target().lastIndexOf('/', query < 0 ? Integer.MAX_VALUE : query);
    int hash = (key.space() + '\n' + key.site() + key.target().substring(0, slash + 1)).hashCode();
    return place(hash ^ (hash >>> 14));
  }

  /** Whether waiting for another's response to this key is likely to be in vain. */
  boolean expectsUnshared(CacheKey key, long nowMillis) {
    StoreKey id = key.key();
    int at = place(id.low());
    if (keys.get(at) == id.high() && until.get(at) > nowMillis) {
      return true;
    }
    long folder = folders.get(folder(key));
    return folder >>> TIME_BITS >= ENOUGH && time(folder) > nowMillis;
  }

  private static long time(long folder) {
    return folder & ((1L << TIME_BITS) - 1);
  }

  /** A response could not be shared. */
  void unshared(CacheKey key, long nowMillis) {
    StoreKey id = key.key();
    int at = place(id.low());
    boolean known = keys.getAndSet(at, id.high()) == id.high();
    until.set(at, nowMillis + KEPT_MILLIS);
    if (!known) {
      folders.updateAndGet(
          folder(key),
          before -> {
            long count = time(before) > nowMillis ? Math.min(before >>> TIME_BITS, ENOUGH) : 0;
            return (count + 1) << TIME_BITS | (nowMillis + KEPT_MILLIS);
          });
    }
  }

  /** A response can be shared. */
  void shared(CacheKey key) {
    StoreKey id = key.key();
    int at = place(id.low());
    if (keys.get(at) == id.high()) {
      until.set(at, 0);
    }
    folders.set(folder(key), 0);
  }
}
