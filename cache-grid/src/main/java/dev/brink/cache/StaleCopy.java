package dev.brink.cache;

/**
 * A stored response that is to be validated before it is used again.
 *
 * @param body owned; released when the validation is over
 */
record StaleCopy(StoredBody body, Head head) {
  /** Whether it may be served instead of an error (RFC 5861 section 4). */
  boolean usableOnError(long nowMillis) {
    return !head.freshness().mustRevalidate()
        && head.freshness().staleIfError() > 0
        && -head.freshSeconds(nowMillis) <= head.freshness().staleIfError();
  }
}
