package dev.brink.cache;

import org.jspecify.annotations.Nullable;

/**
 * A stored response that is to be validated before it is used again.
 *
 * @param body owned; released when the validation is over
 */
record StaleCopy(StoredBody body, Head head) {
  /** Ends the caller's use of one, if there is one. */
  static void letGo(@Nullable StaleCopy copy) {
    if (copy != null) {
      copy.body.release();
    }
  }

  /**
   * Whether its source allows that it is served instead of an error (RFC 5861 section 4), if
   * nothing has outdated it.
   */
  boolean usableOnError(long nowMillis) {
    return usableOnError(nowMillis, head.freshness().staleIfError());
  }

  /**
   * Whether it may be served instead of an error to a request that takes it so stale.
   *
   * @param seconds that it may be stale; 0 or less: it may not
   */
  boolean usableOnError(long nowMillis, long seconds) {
    return !head.freshness().mustRevalidate()
        && seconds > 0
        && -head.freshSeconds(nowMillis) <= seconds;
  }
}
