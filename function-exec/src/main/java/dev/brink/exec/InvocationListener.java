package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Hears of one invocation: {@code onResponse} or {@code onFailure} exactly once, and then {@code
 * onDone} exactly once. Called on a lane: an implementation must not block.
 */
public interface InvocationListener {
  /**
   * The function is about to run: from now on a failure is not for want of room. Not told of an
   * invocation that is refused. At most once, before all else; nothing by default.
   */
  default void onBegun() {}

  /**
   * The function answered.
   *
   * @param head status and headers; a {@code FullHttpResponse}, whose content now belongs to the
   *     listener, when the whole body is known
   * @param body the streaming body, {@code null} when {@code head} is full; a single subscriber,
   *     who owns each buffer; an error of the stream ends it with {@code onError}
   * @param timing what had passed up to the response
   */
  void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing);

  /** No response: refused, ended by a limit, thrown, cancelled. */
  void onFailure(FunctionException failure, Timing timing);

  /** The invocation has ended, its body and {@code waitUntil} included. */
  void onDone(InvocationReport report);
}
