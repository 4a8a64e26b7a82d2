package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Remembers for two minutes which keys, and which folders of a site, had responses that can't be
 * shared, so that requests for them do not wait for each other in vain. Two keys may share a place:
 * what is forgotten or mistaken costs time, never correctness. Thread-safe.
 */
final class HerdMemory {
  private static final int PLACES = 1 << 14;
  private static final long KEPT_MILLIS = 120_000;

  /** How long it is known that what is asked for with {@code Authorization} is for all. */
  private static final long SHARED_MILLIS = 3_600_000;

  /** How many responses in a row of one folder, of different keys, tell of the next one. */
  private static final int ENOUGH = 3;

  private static final int TIME_BITS = 44;

  private final AtomicLongArray keys = new AtomicLongArray(PLACES);
  private final AtomicLongArray until = new AtomicLongArray(PLACES);

  /** Per folder, above the time until which it is remembered, how many there were in a row. */
  private final AtomicLongArray folders = new AtomicLongArray(PLACES);

  /** Per folder, until when requests with credentials of a kind are known to go one way. */
  private final AtomicLongArray credentials = new AtomicLongArray(PLACES);

  private static int place(long hash) {
    return (int) (hash & (PLACES - 1));
  }

  private static int folder(CacheKey key) {
    return folder(key, "");
  }

  /**
   * The place of a folder.
   *
   * @param kind of requests that it is about; empty: all
   */
  private static int folder(CacheKey key, CharSequence kind) {
    int query = key.target().indexOf('?');
    int slash = key.target().lastIndexOf('/', query < 0 ? Integer.MAX_VALUE : query);
    int hash =
        (key.space() + '\n' + key.site() + key.target().substring(0, slash + 1) + kind).hashCode();
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

  /**
   * The same for a request. One with {@code Cookie} does not wait either where another one with
   * {@code Cookie}, for whatever in the folder, got a response that can't be shared.
   */
  boolean expectsUnshared(CacheKey key, HttpHeaders request, long nowMillis) {
    return expectsUnshared(key, nowMillis)
        || (request.contains(HttpHeaderNames.COOKIE)
            && credentials.get(folder(key, HttpHeaderNames.COOKIE)) > nowMillis);
  }

  /**
   * Whether a request is better fetched for beside others that may be under way, and its response
   * stored if it turns out to be for all: it has {@code Authorization}, and nothing of the folder
   * is known to be shared though it was asked for with that.
   */
  boolean goesApart(CacheKey key, HttpHeaders request, long nowMillis) {
    return request.contains(HttpHeaderNames.AUTHORIZATION)
        && credentials.get(folder(key, HttpHeaderNames.AUTHORIZATION)) <= nowMillis;
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

  /** The response to a request could not be shared. */
  void unshared(CacheKey key, HttpHeaders request, long nowMillis) {
    unshared(key, nowMillis);
    if (request.contains(HttpHeaderNames.COOKIE)) {
      credentials.set(folder(key, HttpHeaderNames.COOKIE), nowMillis + KEPT_MILLIS);
    }
  }

  /** The response to a request can be shared. */
  void shared(CacheKey key, HttpHeaders request, long nowMillis) {
    shared(key);
    if (request.contains(HttpHeaderNames.COOKIE)) {
      credentials.set(folder(key, HttpHeaderNames.COOKIE), 0);
    }
    if (request.contains(HttpHeaderNames.AUTHORIZATION)) {
      credentials.set(folder(key, HttpHeaderNames.AUTHORIZATION), nowMillis + SHARED_MILLIS);
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
