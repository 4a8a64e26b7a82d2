package dev.brink.cache;

/**
 * How a request was answered.
 *
 * @param outcome where the answer came from
 * @param collapsed whether it waited for, or shares, another request's fetch
 * @param stored whether the response is being stored, or was freshened
 * @param stamp of the stored response, for another cache of the same mesh; 0 when there is none
 * @param first whether it is the first hit by this cache's own clients of what was fetched for
 *     another cache, or taken ahead
 */
public record CacheResult(
    Outcome outcome, boolean collapsed, boolean stored, long stamp, boolean first) {
  CacheResult(Outcome outcome, boolean collapsed, boolean stored, long stamp) {
    this(outcome, collapsed, stored, stamp, false);
  }

  /** Where an answer came from. */
  public enum Outcome {
    /** A stored response that is fresh. */
    HIT,
    /** A stored response that is stale, served while it is validated, or because of an error. */
    STALE,
    /** A stored response that the origin has just said is still good. */
    REVALIDATED,
    /** The origin: nothing usable was stored. */
    MISS,
    /** The origin: the request or the response is none for a cache. */
    BYPASS
  }
}
