package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Lets no content of a {@code 205} through, which must have none (RFC 9110 section 15.3.6): what a
 * server sends all the same is neither stored nor passed on.
 */
final class ResetContent implements Upstream.Listener {
  private final Upstream.Listener next;

  ResetContent(Upstream.Listener next) {
    this.next = next;
  }

  static boolean is(HttpResponse head) {
    return head.status().code() == HttpResponseStatus.RESET_CONTENT.code();
  }

  /** The response without its content, which is done with. */
  static HttpResponse emptied(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    var empty = new DefaultHttpResponse(head.protocolVersion(), head.status(), head.headers());
    empty.headers().set(HttpHeaderNames.CONTENT_LENGTH, 0);
    Unwanted.response(head, body);
    return empty;
  }

  @Override
  public void onInterim(HttpResponse head) {
    next.onInterim(head);
  }

  @Override
  public void onUnshared() {
    next.onUnshared();
  }

  @Override
  public void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, long stamp) {
    if (is(head)) {
      next.onResponse(emptied(head, body), null, stamp);
    } else {
      next.onResponse(head, body, stamp);
    }
  }

  @Override
  public void onFailure(FetchFailure failure) {
    next.onFailure(failure);
  }
}
