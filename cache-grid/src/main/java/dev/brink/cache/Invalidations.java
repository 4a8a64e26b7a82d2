package dev.brink.cache;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * When URLs were last changed by an unsafe request: what was fetched before has to be validated. A
 * fixed number of places, which URLs may share: that costs a validation. Thread-safe.
 */
final class Invalidations {
  private static final int PLACES = 1 << 16;

  private final AtomicLongArray stamps = new AtomicLongArray(PLACES);

  private static int place(String space, String url) {
    int hash = 31 * space.hashCode() + url.hashCode();
    return (hash ^ (hash >>> 16)) & (PLACES - 1);
  }

  void add(String space, String url, long stamp) {
    stamps.accumulateAndGet(place(space, url), stamp, Math::max);
  }

  boolean outdates(String space, String url, long stamp) {
    return stamp <= stamps.get(place(space, url));
  }
}
