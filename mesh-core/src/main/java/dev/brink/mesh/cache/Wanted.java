package dev.brink.mesh.cache;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.CacheRequest;
import dev.brink.mesh.exchange.Target;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for, whoever asks.
 *
 * @param target whoever asks
 * @param host in normal form
 * @param uri path and query in normal form
 */
record Wanted(Target.Cached target, String scheme, String host, String uri) {
  private static final int MAX_URI = 2048;
  private static final int MAX_FIELDS = 4096;

  /**
   * What a request is for.
   *
   * @return {@code null} when it tells who is asking, or what is asked for is not counted
   */
  static @Nullable Wanted of(
      Target.Cached target, CachePolicy policy, String scheme, HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!request.method().equals(HttpMethod.GET)
        || request.uri().length() > MAX_URI
        || headers.contains(HttpHeaderNames.COOKIE)
        || headers.contains(HttpHeaderNames.AUTHORIZATION)
        || headers.contains(HttpHeaderNames.RANGE)
        || length(headers) > MAX_FIELDS) {
      return null;
    }
    var asked = new CacheRequest(request, scheme, null, policy);
    var all = new Target.Cached(target.tenant(), target.name(), target.digest());
    return new Wanted(all, scheme, asked.site(), asked.target());
  }

  private static int length(HttpHeaders headers) {
    int length = 0;
    for (var field : headers) {
      length += field.getKey().length() + field.getValue().length();
    }
    return length;
  }

  /** A request for it, without other fields. */
  HttpRequest request() {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, uri);
    request.headers().set(HttpHeaderNames.HOST, host);
    return request;
  }
}
