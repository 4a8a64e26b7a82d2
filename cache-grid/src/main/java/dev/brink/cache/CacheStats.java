package dev.brink.cache;

/**
 * What a cache has done since its start.
 *
 * @param hits answers from what was stored and fresh
 * @param stale answers from what was stored and stale
 * @param revalidated answers from what the origin said is still good
 * @param misses answers from the origin that might have been stored ones
 * @param bypasses answers from the origin to what is not cached
 * @param collapsed requests that shared another one's fetch
 * @param fetches requests to the origin
 * @param failures requests without an answer
 * @param purges that hold
 * @param copies taken from other caches before they were asked for here
 * @param copiesUsed those of them that answered a request
 * @param recodings stored responses that were stored in a denser coding too
 */
public record CacheStats(
    long hits,
    long stale,
    long revalidated,
    long misses,
    long bypasses,
    long collapsed,
    long fetches,
    long failures,
    long purges,
    long copies,
    long copiesUsed,
    long recodings) {}
