package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Flight} fetches.
 *
 * @param id what others find the flight by
 * @param asked the request it is for
 * @param request what the origin gets
 * @param solo whether nobody else may share it
 * @param stale what is validated; {@code null}: nothing
 * @param variants that are stored; none: not known
 * @param slice what the range is of; {@code null}: no slice
 */
record FetchPlan(
    StoreKey id,
    CacheKey key,
    CacheRequest asked,
    HttpRequest request,
    boolean solo,
    @Nullable StaleCopy stale,
    Variants variants,
    StatusField.Forward why,
    @Nullable Slice slice) {
  /** A fetch for one request alone, as that came. */
  static FetchPlan solo(CacheKey key, CacheRequest asked) {
    return new FetchPlan(
        key.key(),
        key,
        asked,
        OriginRequest.verbatim(asked.request()),
        true,
        null,
        Variants.NONE,
        StatusField.Forward.URI_MISS,
        null);
  }

  /** A fetch of a slice, for all who want it. */
  static FetchPlan of(
      Slice slice, CacheKey key, CacheRequest asked, HttpRequest request, StatusField.Forward why) {
    return new FetchPlan(slice.id(), key, asked, request, false, null, Variants.NONE, why, slice);
  }

  /** Where its response is stored. */
  Variants.Place place(Head response) {
    return Variants.Place.of(key, asked, request.headers(), response, variants);
  }

  /** Whether it asks for a range. */
  boolean ranged() {
    return request.headers().contains(HttpHeaderNames.RANGE);
  }

  /** Whether its response may be stored, as far as that depends on the request. */
  boolean mayStore() {
    return !solo || asked.policy().strict();
  }

  /** What the range that a request is for is found by while it is fetched. */
  static StoreKey rangeId(CacheKey key, HttpRequest request) {
    HttpHeaders headers = request.headers();
    return StoreKey.of(
        key.text()
            + "\nrange "
            + headers.get(HttpHeaderNames.RANGE, "")
            + "\n"
            + headers.get(HttpHeaderNames.IF_RANGE, ""));
  }
}
