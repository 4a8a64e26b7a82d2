package dev.brink.mesh.exchange;

import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Collects a whole body, up to a bound. */
public final class BodyBytes implements Flow.Subscriber<ByteBuf> {
  private final int maxBytes;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CompletableFuture<byte[]> done = new CompletableFuture<>();
  private Flow.@Nullable Subscription subscription;

  private BodyBytes(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Subscribes.
   *
   * @return completes with the bytes; fails with a {@link ProblemException} of status 413 when
   *     there are more than {@code maxBytes}
   */
  public static CompletableFuture<byte[]> collect(
      Flow.@Nullable Publisher<ByteBuf> body, int maxBytes) {
    if (body == null) {
      return CompletableFuture.completedFuture(new byte[0]);
    }
    var collector = new BodyBytes(maxBytes);
    body.subscribe(collector);
    return collector.done;
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    newSubscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(ByteBuf buffer) {
    try {
      if (buffer.readableBytes() > maxBytes - bytes.size()) {
        if (subscription != null) {
          subscription.cancel();
        }
        done.completeExceptionally(
            new ProblemException(
                Problem.of(
                    413, "body-too-large", "a body of at most " + maxBytes + " bytes is taken")));
        return;
      }
      buffer.readBytes(bytes, buffer.readableBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      buffer.release();
    }
  }

  @Override
  public void onError(Throwable cause) {
    done.completeExceptionally(cause);
  }

  @Override
  public void onComplete() {
    done.complete(bytes.toByteArray());
  }
}
