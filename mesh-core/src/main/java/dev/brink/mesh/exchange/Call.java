package dev.brink.mesh.exchange;

import dev.brink.exec.websocket.Handshake;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A request as an executor gets it.
 *
 * @param request method, origin-form target, {@code Host} and end-to-end headers; executors do not
 *     change it
 * @param scheme {@code http} or {@code https}, as the client used it
 * @param body {@code null} for none; subscribed to at most once per try
 * @param clientAddress the client's IP address in text; empty: not known, or there is none
 * @param requestId names the request in every log of every node it touches
 * @param deadlineNanos when the client stops waiting, on {@link System#nanoTime}'s scale
 * @param refused whether a node has sent it back before it began: none does so a second time
 *     because it is busy
 * @param depth how many functions wait for this one, each for the next; 0 when a client asks
 */
public record Call(
    HttpRequest request,
    String scheme,
    Flow.@Nullable Publisher<ByteBuf> body,
    String clientAddress,
    String requestId,
    long deadlineNanos,
    boolean refused,
    int depth) {
  /** One that no node has sent back. */
  public Call(
      HttpRequest request,
      String scheme,
      Flow.@Nullable Publisher<ByteBuf> body,
      String clientAddress,
      String requestId,
      long deadlineNanos) {
    this(request, scheme, body, clientAddress, requestId, deadlineNanos, false, 0);
  }

  /**
   * Whether it asks for a WebSocket: the body is what the client sends once it was answered with
   * 101, and the 101's body is what it gets. Nobody tries such a call again once it may have run.
   */
  public boolean upgrade() {
    return body != null && Handshake.isIn(request.headers());
  }

  /** The same with another body. */
  public Call withBody(Flow.@Nullable Publisher<ByteBuf> other) {
    return new Call(
        request, scheme, other, clientAddress, requestId, deadlineNanos, refused, depth);
  }

  /** The same, after a node has sent it back. */
  public Call sentBack() {
    return new Call(request, scheme, body, clientAddress, requestId, deadlineNanos, true, depth);
  }
}
