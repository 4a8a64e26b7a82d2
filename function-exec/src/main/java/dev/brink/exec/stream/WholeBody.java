package dev.brink.exec.stream;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/** A body that is one buffer, for one subscriber. */
public final class WholeBody implements Flow.Publisher<ByteBuf> {
  private final ByteBuf content;
  private final int bytes;
  private final AtomicBoolean spent = new AtomicBoolean();
  private volatile boolean subscribed;

  private WholeBody(ByteBuf content) {
    this.content = content;
    this.bytes = content.readableBytes();
  }

  /** Takes ownership of {@code content}. */
  public static WholeBody of(ByteBuf content) {
    return new WholeBody(content);
  }

  /** How many they are, also when they have been taken. */
  public int bytes() {
    return bytes;
  }

  /** Lets go of the content if nobody has taken it. Idempotent. */
  public void discard() {
    if (spent.compareAndSet(false, true)) {
      content.release();
    }
  }

  /** Whether somebody has subscribed, or it was discarded. */
  public boolean taken() {
    return subscribed || spent.get();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> to) {
    subscribed = true;
    to.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {
            if (n > 0 && spent.compareAndSet(false, true)) {
              to.onNext(content);
              to.onComplete();
            }
          }

          @Override
          public void cancel() {
            discard();
          }
        });
  }
}
