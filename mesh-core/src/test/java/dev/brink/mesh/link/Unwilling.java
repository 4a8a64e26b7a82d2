package dev.brink.mesh.link;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Takes so many buffers, and cancels. */
final class Unwilling implements Flow.Subscriber<ByteBuf> {
  private int wanted;
  private Flow.@Nullable Subscription subscription;

  Unwilling(int wanted) {
    this.wanted = wanted;
  }

  @Override
  public void onSubscribe(Flow.Subscription from) {
    subscription = from;
    if (wanted == 0) {
      from.cancel();
    } else {
      from.request(wanted);
    }
  }

  @Override
  public void onNext(ByteBuf buffer) {
    buffer.release();
    if (--wanted == 0) {
      requireNonNull(subscription, "subscription").cancel();
    }
  }

  @Override
  public void onError(Throwable cause) {}

  @Override
  public void onComplete() {}
}
