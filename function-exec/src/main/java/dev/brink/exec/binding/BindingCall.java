package dev.brink.exec.binding;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * One call that a function makes to a {@link HostBinding}.
 *
 * @param method what to do; a name of the face's choice
 * @param arguments JSON, at most {@value #MAX_ARGUMENT_CHARS} characters; well formed, but its
 *     content is the guest's and not to be trusted
 * @param body bytes that go with the call, for one subscriber, who owns each buffer; {@code null}
 *     for none. They may be many and arrive as the guest makes them
 * @param function the name of the function, for logs
 * @param requestId of the invocation
 * @param deadlineNanos when the invocation ends, on {@link System#nanoTime}'s scale
 */
public record BindingCall(
    String method,
    String arguments,
    Flow.@Nullable Publisher<ByteBuf> body,
    String function,
    String requestId,
    long deadlineNanos) {
  /** How long the JSON of a call may be. */
  public static final int MAX_ARGUMENT_CHARS = 1 << 20;
}
