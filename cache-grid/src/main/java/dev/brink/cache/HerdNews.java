package dev.brink.cache;

import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * What one response tells of those to come in the same folder of a site, so that other caches of
 * the mesh know before they are asked. Names are hashes: who does not know them learns none.
 *
 * @param folder the folder, of one space and site
 * @param key what the response was to
 * @param shared whether it is for all who ask
 * @param cookies whether it was asked for with {@code Cookie}
 * @param authorization whether it was asked for with {@code Authorization}
 */
public record HerdNews(
    StoreKey folder, StoreKey key, boolean shared, boolean cookies, boolean authorization) {
  static HerdNews of(CacheKey key, HttpHeaders request, boolean shared) {
    return new HerdNews(
        key.folder(),
        key.key(),
        shared,
        request.contains(HttpHeaderNames.COOKIE),
        request.contains(HttpHeaderNames.AUTHORIZATION));
  }

  static HerdNews of(CacheKey key, boolean shared) {
    return new HerdNews(key.folder(), key.key(), shared, false, false);
  }
}
