package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;
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
        asked.policy().strict()
            ? OriginRequest.storable(asked)
            : OriginRequest.verbatim(asked.request()),
        true,
        null,
        Variants.NONE,
        StatusField.Forward.URI_MISS,
        null);
  }

  /** A fetch for all who want the same. */
  static FetchPlan shared(
      StoreKey id,
      CacheKey key,
      CacheRequest asked,
      Variants variants,
      StatusField.Forward why,
      @Nullable StaleCopy stale) {
    boolean ranged = stale == null && asked.request().headers().contains(HttpHeaderNames.RANGE);
    HttpRequest sent = OriginRequest.cacheable(asked, key, variants.selectingFields(), ranged);
    if (!ranged) {
      OriginRequest.condition(
          sent, stale == null ? null : stale.head(), variants.etags(sent.headers()));
    }
    return new FetchPlan(id, key, asked, sent, false, stale, variants, why, null);
  }

  /** A fetch of a slice, for all who want it. */
  static FetchPlan of(
      Slice slice, CacheKey key, CacheRequest asked, HttpRequest request, StatusField.Forward why) {
    return new FetchPlan(slice.id(), key, asked, request, false, null, Variants.NONE, why, slice);
  }

  /**
   * A fetch of the slice that a range begins in, where nothing is known; {@code null} when that is
   * better left to another cache.
   */
  static @Nullable FetchPlan probe(
      Slice slice,
      CacheKey key,
      CacheRequest asked,
      Variants variants,
      StatusField.Forward why,
      Upstream upstream) {
    HttpRequest sent = OriginRequest.slice(asked, key, variants.selectingFields(), slice);
    return upstream.asksSource(sent) ? of(slice, key, asked, sent, why) : null;
  }

  /** Has it bring something that is fresh for longer than that, if it may be a copy. */
  void askForFresher(long seconds, Upstream upstream) {
    HttpHeaders headers = request.headers();
    headers.remove(HttpHeaderNames.CACHE_CONTROL);
    if (seconds > 0 && !upstream.asksSource(request)) {
      // What another node has is no newer; it shall get what is.
      headers.set(HttpHeaderNames.CACHE_CONTROL, "min-fresh=" + (seconds + 1));
    }
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

  /**
   * Why a response is not stored, for {@code Cache-Status}; {@code null}: it is.
   *
   * @param maxBytes of what can be
   */
  @Nullable String refusal(HttpResponse response, Rules rules, Freshness freshness, long maxBytes) {
    HttpHeaders headers = response.headers();
    String refusal = Storing.refusal(asked, key, response, headers, rules);
    if (refusal != null) {
      return refusal;
    }
    if (!Storing.worthwhile(response.status().code(), headers, freshness, rules)) {
      return "no-freshness";
    }
    if (Storing.length(response) > maxBytes) {
      return "too-large";
    }
    return mayStore() ? null : "unshared";
  }

  /** What a fetch for a request, that selects none of the variants, is found by. */
  static StoreKey id(
      CacheKey key, CacheRequest asked, Variants variants, @Nullable StaleCopy stale) {
    if (stale != null) {
      return stale.body().object().key();
    }
    if (variants.all().isEmpty()) {
      return key.key();
    }
    List<String> names = variants.all().getFirst().getNamesList();
    return Variants.key(key, names, Variants.values(names, OriginRequest.selecting(asked)));
  }

  /** What a fetch for one request has as its id: nobody finds it by that. */
  static StoreKey ownId(
      CacheKey key, CacheRequest asked, Variants variants, @Nullable StaleCopy stale) {
    boolean ranged = stale == null && asked.request().headers().contains(HttpHeaderNames.RANGE);
    return ranged ? rangeId(key, asked.request()) : id(key, asked, variants, stale);
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
