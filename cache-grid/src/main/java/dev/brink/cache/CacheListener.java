package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Hears how a client's request is answered: {@code onResponse} or {@code onFailure}, once, on any
 * thread. Must not block.
 */
public interface CacheListener {
  /** An interim response (1xx) of the origin, before the response. */
  default void onInterim(HttpResponse head) {}

  /**
   * What comes will be for this request alone, so that others who ask for the same need not wait
   * for it. May be left out; before the response, if at all.
   */
  default void onUnshared() {}

  /** Whether it is another cache of the mesh that asks, and not a client. */
  default boolean forPeer() {
    return false;
  }

  /**
   * The answer.
   *
   * @param head belongs to the listener; a {@code FullHttpResponse} when the whole body is at hand
   * @param body one subscriber, who owns each buffer; a body that breaks off ends with an error,
   *     and is never to be passed on as whole
   */
  void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result);

  /** There is no answer. */
  void onFailure(FetchFailure failure);
}
