package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What was stored as gzip and turned out to be none, so that the next fetch of it asks the source
 * itself: another cache of the mesh may still have the same bytes. What is forgotten is fetched
 * like anything else. Thread-safe.
 */
final class BrokenGzip {
  private static final int MAX = 1024;

  private final Set<StoreKey> found = ConcurrentHashMap.newKeySet();

  /** Something turned out broken. */
  void found(StoreKey id) {
    if (found.size() >= MAX) {
      found.clear();
    }
    found.add(id);
  }

  /** Whether something turned out broken since the last time this was asked of it. */
  boolean forget(StoreKey id) {
    return !found.isEmpty() && found.remove(id);
  }
}
