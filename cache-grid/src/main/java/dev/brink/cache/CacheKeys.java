package dev.brink.cache;

import io.netty.handler.codec.http.HttpHeaderNames;

/**
 * Makes the keys of requests, those of URLs that are asked for often once for many requests. All
 * that such a key is made of is compared as it is, so that no request gets another one's.
 * Thread-safe.
 */
final class CacheKeys {
  private static final int PLACES = 4096;

  /** Of host and target: longer ones are not kept. */
  private static final int MOST_CHARACTERS = 512;

  private final DirectMapped<Known> known = new DirectMapped<>(PLACES);

  /**
   * A key with all that it was made of.
   *
   * @param host and target as they came
   */
  private record Known(
      String scheme, String host, String target, CachePolicy policy, CacheKey key) {
    boolean isOf(CacheRequest asked, String itsHost, String itsTarget) {
      return target.equals(itsTarget)
          && host.equals(itsHost)
          && scheme.equals(asked.scheme())
          && policy.equals(asked.policy());
    }
  }

  CacheKey of(CacheRequest asked) {
    String host = asked.request().headers().get(HttpHeaderNames.HOST, "");
    String target = asked.request().uri();
    if (asked.policy().keysByFields() || host.length() + target.length() > MOST_CHARACTERS) {
      return CacheKey.of(asked);
    }
    int hash = spread(31 * host.hashCode() + target.hashCode());
    Known present = known.get(hash);
    if (present != null && present.isOf(asked, host, target)) {
      return present.key;
    }
    CacheKey key = CacheKey.of(asked);
    if (known.missedAgain(hash)) {
      known.put(hash, new Known(asked.scheme(), host, target, asked.policy(), key));
    }
    return key;
  }

  /** Has the lowest bits depend on all others. */
  private static int spread(int hash) {
    int mixed = hash * 0x9e3779b9;
    return mixed ^ mixed >>> 16;
  }
}
