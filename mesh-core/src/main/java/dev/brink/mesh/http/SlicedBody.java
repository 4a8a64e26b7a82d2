package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A body that is there already, in pieces. Used by one thread. */
final class SlicedBody implements Flow.Publisher<ByteBuf>, Flow.Subscription {
  private static final int SLICE_BYTES = 32 * 1024;

  private final ByteBuf content;
  private Flow.@Nullable Subscriber<? super ByteBuf> subscriber;
  private long demand;
  private boolean emitting;
  private boolean done;

  SlicedBody(ByteBuf content) {
    this.content = content;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> newSubscriber) {
    subscriber = newSubscriber;
    newSubscriber.onSubscribe(this);
  }

  @Override
  public void request(long n) {
    demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
    if (emitting || subscriber == null) {
      return;
    }
    emitting = true;
    while (demand > 0 && !done) {
      demand--;
      int size = Math.min(SLICE_BYTES, content.readableBytes());
      ByteBuf slice = content.readRetainedSlice(size);
      if (content.isReadable()) {
        subscriber.onNext(slice);
      } else {
        cancel();
        subscriber.onNext(slice);
        subscriber.onComplete();
      }
    }
    emitting = false;
  }

  @Override
  public void cancel() {
    if (!done) {
      done = true;
      content.release();
    }
  }
}
