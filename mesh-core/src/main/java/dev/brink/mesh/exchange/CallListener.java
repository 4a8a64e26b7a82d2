package dev.brink.mesh.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Hears of one call: {@code onResponse} or {@code onFailure}, once, and what belongs to these. On
 * any thread: must not block.
 */
public interface CallListener {
  /** The receiver has taken the call and will not refuse it any more. May be left out. */
  default void onAccepted() {}

  /** An interim response (1xx) came, to be passed on before the response. May be left out. */
  default void onInterim(HttpResponse head) {}

  /**
   * The call was answered.
   *
   * @param head a {@code FullHttpResponse}, whose content now belongs to the listener, when the
   *     whole body is known
   * @param body the streaming body, {@code null} when {@code head} is full or there is none
   */
  void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing);

  /**
   * The answer's body, which came in pieces, has ended as it should. May be left out.
   *
   * @param bytes of all of it
   */
  default void onBodyEnd(long bytes) {}

  /** The call was not answered. */
  void onFailure(CallFailure failure);
}
