package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** The first bytes of a body, as many as are wanted; the rest of it is not fetched. */
final class FirstBytes implements Flow.Subscriber<ByteBuf> {
  private final Flow.Subscriber<ByteBuf> to;

  // Of the thread that has the turn.
  private long left;
  private Flow.@Nullable Subscription from;

  /**
   * @param bytes how many at least 1
   */
  FirstBytes(long bytes, Flow.Subscriber<ByteBuf> to) {
    this.left = bytes;
    this.to = to;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    from = subscription;
    to.onSubscribe(subscription);
  }

  @Override
  public void onNext(ByteBuf bytes) {
    if (left == 0) {
      bytes.release();
      return;
    }
    if (bytes.readableBytes() > left) {
      bytes.writerIndex(bytes.readerIndex() + (int) left);
    }
    left -= bytes.readableBytes();
    boolean last = left == 0;
    to.onNext(bytes);
    if (last) {
      if (from != null) {
        from.cancel();
      }
      to.onComplete();
    }
  }

  @Override
  public void onError(Throwable cause) {
    if (left > 0) {
      to.onError(cause);
    }
  }

  @Override
  public void onComplete() {
    if (left > 0) {
      to.onComplete();
    }
  }
}
