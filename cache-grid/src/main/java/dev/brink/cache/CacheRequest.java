package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A client's request.
 *
 * @param request method, origin-form target, {@code Host} and headers; not changed
 * @param scheme {@code http} or {@code https}, as the client used it
 * @param body {@code null} for none; subscribed to at most once
 * @param policy how its response is cached
 * @param comesBack whether what it is made for may wait for a fetch of this cache: it waits for
 *     none, and none for it
 */
public record CacheRequest(
    HttpRequest request,
    String scheme,
    Flow.@Nullable Publisher<ByteBuf> body,
    CachePolicy policy,
    boolean comesBack) {
  /** One that does not come back. */
  public CacheRequest(
      HttpRequest request,
      String scheme,
      Flow.@Nullable Publisher<ByteBuf> body,
      CachePolicy policy) {
    this(request, scheme, body, policy, false);
  }

  /** Path and query in the normal form that counts for the policy. */
  public String target() {
    return CacheKey.target(request.uri(), policy.query());
  }

  /** The host in lower case, without the scheme's own port and a name's last dot. */
  public String site() {
    return CacheKey.site(request.headers().get(HttpHeaderNames.HOST, ""), scheme);
  }

  /** Whether the policy says that the response is for this request alone. */
  public boolean unshared() {
    return !policy.unshared().isEmpty() && policy.isUnshared(UrlPath.normal(request.uri()));
  }
}
