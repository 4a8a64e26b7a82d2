package dev.brink.cache;

import dev.brink.cache.field.Directives;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * The directives that hold for a response here: those of the first targeted field that is valid
 * (RFC 9213), else those of {@code Cache-Control}.
 */
record Rules(Directives directives, boolean targeted) {
  static Rules of(HttpHeaders headers) {
    Directives cdn = Directives.parseTargeted(headers.getAll(Fields.CDN_CACHE_CONTROL));
    return cdn != null
        ? new Rules(cdn, true)
        : new Rules(Directives.parse(headers.getAll(HttpHeaderNames.CACHE_CONTROL)), false);
  }
}
