package dev.brink.cache;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * Which site's scripts may read a response (the CORS protocol of the Fetch standard). An origin
 * that allows whichever site asks, and does not say that its response varies by that, would have
 * the first one's name given to all.
 */
final class AllowedOrigin {
  /**
   * Names {@code Origin} in {@code Vary} of a response that allows the very site that its request
   * came from, where its origin has forgotten that.
   */
  static void nameInVary(CacheRequest asked, HttpHeaders response) {
    String allowed = response.get(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN);
    CachePolicy policy = asked.policy();
    if (allowed == null || policy.strict() || policy.keyHeaders().contains("origin")) {
      return;
    }
    String site = asked.request().headers().get(HttpHeaderNames.ORIGIN);
    if (allowed.equalsIgnoreCase(site) && !Variants.names(response).contains("origin")) {
      response.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    }
  }

  private AllowedOrigin() {}
}
