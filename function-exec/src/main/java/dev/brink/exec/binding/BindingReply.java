package dev.brink.exec.binding;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * What a call brought: JSON, and possibly bytes, whole or as a stream.
 *
 * @param json the result as the face expects it
 * @param content bytes that are all there; passes to the runtime, which releases it
 * @param body bytes that come over time, for one subscriber, who owns each buffer; it is subscribed
 *     to in any case, if only to be cancelled
 */
public record BindingReply(
    String json, @Nullable ByteBuf content, Flow.@Nullable Publisher<ByteBuf> body) {
  public BindingReply {
    if (content != null && body != null) {
      throw new IllegalArgumentException("body: content and body (expected: at most one of them)");
    }
  }

  /** A result without bytes. */
  public static BindingReply of(String json) {
    return new BindingReply(json, null, null);
  }

  /** A result with bytes that are all there; better for small ones. */
  public static BindingReply of(String json, ByteBuf content) {
    return new BindingReply(json, content, null);
  }

  /** A result with bytes that are read as the function asks for them. */
  public static BindingReply of(String json, Flow.Publisher<ByteBuf> body) {
    return new BindingReply(json, null, body);
  }
}
