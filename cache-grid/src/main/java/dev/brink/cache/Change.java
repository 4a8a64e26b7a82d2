package dev.brink.cache;

import dev.brink.cache.store.StoreKey;

/**
 * What a {@link HttpCache#put} or {@link HttpCache#remove} changed: copies in other caches of the
 * mesh are outdated.
 *
 * @param space of the policy
 * @param url host and path
 * @param key what the response is found by
 * @param found whether there is one now, after a put; whether there was one, after a removal
 * @param stamp of when it was done: what was put later stays; 0: nothing does
 */
public record Change(String space, String url, StoreKey key, boolean found, long stamp) {
  /** One after which nothing stays. */
  public Change(String space, String url, StoreKey key, boolean found) {
    this(space, url, key, found, 0);
  }

  /** What a put or a removal for a request changes. */
  public static Change of(CacheRequest request, boolean found) {
    return of(CacheKey.of(request), found, 0);
  }

  static Change of(CacheKey key, boolean found, long stamp) {
    return new Change(key.space(), key.url(), key.key(), found, stamp);
  }

  /** The same with another stamp. */
  public Change at(long newStamp) {
    return new Change(space, url, key, found, newStamp);
  }
}
