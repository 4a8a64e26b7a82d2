package dev.brink.mesh.cache;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A body that is passed on, of which is known whether it failed by itself. */
final class WatchedBody implements Flow.Publisher<ByteBuf> {
  private final Flow.Publisher<ByteBuf> source;
  private volatile @Nullable Throwable failure;

  WatchedBody(Flow.Publisher<ByteBuf> source) {
    this.source = source;
  }

  /** What it failed with; null when it has not. Set before its subscriber hears of it. */
  @Nullable Throwable failure() {
    return failure;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
    source.subscribe(
        new Flow.Subscriber<ByteBuf>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscriber.onSubscribe(subscription);
          }

          @Override
          public void onNext(ByteBuf chunk) {
            subscriber.onNext(chunk);
          }

          @Override
          public void onError(Throwable cause) {
            failure = cause;
            subscriber.onError(cause);
          }

          @Override
          public void onComplete() {
            subscriber.onComplete();
          }
        });
  }
}
