package dev.brink.mesh.origin;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A request ready to be written to a server.
 *
 * @param head its bytes; whoever sends it owns them
 * @param toHead whether the method is {@code HEAD}
 * @param upgrade whether {@code 101} is a possible answer
 * @param bodyLength -1 for chunked
 * @param responseNanos how long the response's head may take once the request is sent, or since
 *     {@code startedNanos} when there is no body
 * @param startedNanos when the call began, on {@link System#nanoTime}'s scale
 * @param deadlineNanos when to give up on the response's head in any case, on the same scale
 */
record OutgoingRequest(
    ByteBuf head,
    boolean toHead,
    boolean upgrade,
    Flow.@Nullable Publisher<ByteBuf> body,
    long bodyLength,
    long responseNanos,
    long startedNanos,
    long deadlineNanos) {}
