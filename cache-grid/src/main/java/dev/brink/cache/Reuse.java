package dev.brink.cache;

import dev.brink.cache.field.Directives;

/** What a stored response is good for, to a request (RFC 9111 section 4). */
enum Reuse {
  /** It is the answer. */
  FRESH,
  /** It is the answer, and is validated while nobody waits (RFC 5861 section 3). */
  BEHIND,
  /** It is the answer, as the client takes what is stale. */
  STALE,
  /** It may be one once it is validated: the request wants more than what is fresh. */
  ON_REQUEST,
  /** It may be one once it is validated. */
  VALIDATED,
  /** Nothing. */
  NONE;

  /**
   * Judges a response.
   *
   * @param standing as purges have it
   * @param changed whether its resource was changed by an unsafe request
   * @param directives of the request
   */
  static Reuse of(
      Head head,
      PurgeTable.Standing standing,
      boolean changed,
      Directives directives,
      long nowMillis) {
    if (standing == PurgeTable.Standing.HARD) {
      return NONE;
    }
    boolean doubtful = standing == PurgeTable.Standing.DOUBTFUL;
    boolean soft = doubtful || standing == PurgeTable.Standing.SOFT;
    long fresh = head.freshSeconds(nowMillis);
    boolean insisted = insists(directives, head, head.ageSeconds(nowMillis), fresh);
    if (fresh > 0 && !soft && !changed && !insisted && !head.freshness().noCache()) {
      return FRESH;
    }
    if (!changed && !insisted && !doubtful && !head.freshness().mustRevalidate()) {
      long staleness = Math.max(soft ? 1 : 0, -fresh);
      long window = head.freshness().staleWhileRevalidate();
      if (window > 0 && staleness <= window) {
        return BEHIND;
      }
      long accepted = maxStale(directives);
      if (!soft && accepted > 0 && staleness <= accepted) {
        return STALE;
      }
    }
    return insisted && fresh > 0 ? ON_REQUEST : VALIDATED;
  }

  /**
   * Whether the client wants more than what is fresh. However young it wants what does not change,
   * as when a page is loaded again, a validation makes it no younger (RFC 8246 section 2).
   */
  private static boolean insists(Directives directives, Head head, long age, long fresh) {
    long maxAge = directives.seconds("max-age");
    long minFresh = directives.seconds("min-fresh");
    return directives.has("no-cache")
        || (minFresh != Directives.ABSENT && fresh < minFresh)
        || (maxAge != Directives.ABSENT
            && (age > maxAge || maxAge == 0)
            && !(fresh > 0 && head.immutable()));
  }

  private static long maxStale(Directives directives) {
    if (directives.flag("max-stale")) {
      return Long.MAX_VALUE;
    }
    return directives.has("max-stale") ? directives.seconds("max-stale") : 0;
  }
}
