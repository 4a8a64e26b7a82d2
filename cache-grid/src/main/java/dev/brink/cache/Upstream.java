package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Where a cache gets what it does not have. A fetch may go on after the client whose request began
 * it has gone, and may be begun when that client has long been answered. Must not block.
 */
public interface Upstream {
  /**
   * Sends a request.
   *
   * @param request belongs to the upstream
   * @param listener hears {@code onResponse} or {@code onFailure}, once, on any thread
   */
  HttpCache.Running fetch(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Listener listener);

  /**
   * Whether a request goes to the source itself, and not to another cache of the mesh, which may
   * have stored what the source would be asked for.
   */
  default boolean asksSource(HttpRequest request) {
    return true;
  }

  /**
   * Sends a request to the source itself: another cache of the mesh has answered it with what is
   * outdated here, and has not heard of that yet.
   *
   * @param request belongs to the upstream
   */
  default HttpCache.Running fetchFromSource(HttpRequest request, Listener listener) {
    return fetch(request, null, listener);
  }

  /** Hears of a fetch. */
  interface Listener {
    /**
     * An interim response (1xx).
     *
     * @param head is passed on, and never stored
     */
    default void onInterim(HttpResponse head) {}

    /**
     * Another cache, of which this is asked, says that its response will be for this request alone
     * ({@link CacheListener#onUnshared}).
     */
    default void onUnshared() {}

    /**
     * The response.
     *
     * @param head a {@code FullHttpResponse}, whose content now belongs to the listener, when the
     *     whole body is known
     * @param body the streaming body, {@code null} when {@code head} is full or there is none
     * @param stamp when another cache of the same mesh stored it, on the clock they share; 0 for
     *     the response of an origin
     */
    void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, long stamp);

    void onFailure(FetchFailure failure);
  }
}
