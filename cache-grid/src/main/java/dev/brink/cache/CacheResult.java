package dev.brink.cache;

/**
 * How a request was answered.
 *
 * @param outcome where the answer came from
 * @param collapsed whether it waited for, or shares, another request's fetch
 * @param stored whether the response is being stored, or was freshened
 * @param stamp of the stored response, for another cache of the same mesh; 0 when there is none
 */
public record CacheResult(Outcome outcome, boolean collapsed, boolean stored, long stamp) {
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
