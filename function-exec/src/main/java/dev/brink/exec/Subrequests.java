package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Where a function's own requests go: {@code env.API.fetch(…)} and the global {@code fetch}. The
 * node implements it. Called on a lane: must not block.
 */
public interface Subrequests {
  /** Refuses every request. */
  Subrequests NONE =
      (subrequest, listener) -> {
        listener.onFailure(
            "fetch to " + subrequest.request().uri() + " is not allowed: no outbound access");
        return () -> {};
      };

  /** Starts a request; the listener may be called on any thread. */
  Cancellable fetch(Subrequest subrequest, Listener listener);

  /**
   * One request made by a function. With a header {@code Upgrade: websocket} it asks for a
   * WebSocket: the body is what is sent once it was answered with 101, and the 101's body what is
   * received.
   *
   * @param function the {@linkplain FunctionBundle#name name} of the function that asks
   * @param version which {@linkplain FunctionBundle#version version} of it that is
   * @param service the {@code env} property it goes through; {@code null} for global {@code fetch}
   * @param request with the absolute URL as its URI
   * @param body {@code null} for none
   * @param clientAddress of the client that the invocation is for; empty: not known, or none
   * @param requestId of the invocation it belongs to
   * @param deadlineNanos of the invocation it belongs to
   * @param depth of the invocation it belongs to
   */
  record Subrequest(
      String function,
      String version,
      @Nullable String service,
      HttpRequest request,
      Flow.@Nullable Publisher<ByteBuf> body,
      String clientAddress,
      String requestId,
      long deadlineNanos,
      int depth) {}

  /** Hears the outcome, exactly one of the two. */
  interface Listener {
    /** As {@link InvocationListener#onResponse}. */
    void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body);

    /** The message becomes a {@code TypeError} in the function: it must not name host details. */
    void onFailure(String message);
  }

  /** A request under way. */
  interface Cancellable {
    void cancel();
  }
}
