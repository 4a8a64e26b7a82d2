package dev.brink.cache.store;

/**
 * What a store may weigh when it decides whether to keep an object.
 *
 * @param fetchNanos how long the origin took, which a hit saves; 0: not known
 * @param staleAtMillis when the object is no longer fresh, in milliseconds since the epoch; {@link
 *     Long#MAX_VALUE}: never, or not known
 */
public record Worth(long fetchNanos, long staleAtMillis) {
  /** Nothing is known. */
  public static final Worth UNKNOWN = new Worth(0, Long.MAX_VALUE);
}
