package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Flight} fetches.
 *
 * @param id what others find the flight by
 * @param asked the request it is for
 * @param request what the origin gets
 * @param ranged whether it asks for a range
 * @param solo whether nobody else may share it
 * @param mayStore whether its response may be stored
 * @param stale what is validated; {@code null}: nothing
 * @param variants that are stored; none: not known
 * @param slice what the range is of; {@code null}: no slice
 */
record FetchPlan(
    StoreKey id,
    CacheKey key,
    CacheRequest asked,
    HttpRequest request,
    boolean ranged,
    boolean solo,
    boolean mayStore,
    @Nullable StaleCopy stale,
    Variants variants,
    StatusField.Forward why,
    @Nullable Slice slice) {
  /** Whether the response is to tell first what it is a slice of. */
  boolean probes() {
    return slice != null && slice.probes();
  }
}
