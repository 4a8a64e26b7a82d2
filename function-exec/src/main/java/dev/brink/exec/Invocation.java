package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One call of a function.
 *
 * <p>With a header {@code Upgrade: websocket} and a body it asks for a WebSocket: the body is what
 * the client sends once it was answered with 101, and the 101's body is what it is to get.
 *
 * @param request method, target and end-to-end headers; its {@code Host} header is the URL's
 *     authority
 * @param scheme {@code http} or {@code https}: the scheme of the URL the function sees
 * @param body the request's body or {@code null} for none; each buffer passes to the subscriber,
 *     who releases it. Buffers arrive on any thread. A body nobody read is subscribed to and
 *     cancelled when the invocation ends; that of an invocation refused before it started is not
 *     touched
 * @param clientAddress the client's IP address in text; empty: not known. The function does not see
 *     it; what it asks others for is on this client's behalf
 * @param requestId appears in the console's log lines
 * @param deadlineNanos when the caller stops waiting, on {@link System#nanoTime}'s scale
 * @param depth how many functions wait for this one, each for the next; 0 when a client asks
 */
public record Invocation(
    HttpRequest request,
    String scheme,
    Flow.@Nullable Publisher<ByteBuf> body,
    String clientAddress,
    String requestId,
    long deadlineNanos,
    int depth)
    implements Trigger {
  /** One that a client asks for. */
  public Invocation(
      HttpRequest request,
      String scheme,
      Flow.@Nullable Publisher<ByteBuf> body,
      String clientAddress,
      String requestId,
      long deadlineNanos) {
    this(request, scheme, body, clientAddress, requestId, deadlineNanos, 0);
  }

  /** One of which it is not known who the client is. */
  public Invocation(
      HttpRequest request,
      String scheme,
      Flow.@Nullable Publisher<ByteBuf> body,
      String requestId,
      long deadlineNanos) {
    this(request, scheme, body, "", requestId, deadlineNanos);
  }
}
