package dev.brink.exec.stream;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Passes a body on as it is, with the reader's own demand; counts it and tells of its end. */
public final class RelayBody implements Flow.Publisher<ByteBuf> {
  /** How a relayed body ended. */
  public enum End {
    COMPLETE,
    FAILED,
    CANCELLED,
    OVER_LIMIT
  }

  private final Flow.Publisher<ByteBuf> from;
  private final long limitBytes;
  private final Consumer<End> whenEnded;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile long bytes;
  private volatile Flow.@Nullable Subscription upstream;
  private volatile Flow.@Nullable Subscriber<? super ByteBuf> downstream;

  /** Why it is to end before its time; told to the reader once there is one. */
  private volatile @Nullable Throwable failure;

  private final AtomicBoolean told = new AtomicBoolean();
  private final AtomicBoolean subscribed = new AtomicBoolean();

  /**
   * @param whenEnded called once, on any thread
   */
  public RelayBody(Flow.Publisher<ByteBuf> from, long limitBytes, Consumer<End> whenEnded) {
    this.from = from;
    this.limitBytes = limitBytes;
    this.whenEnded = whenEnded;
  }

  /** Bytes passed on so far. */
  public long bytes() {
    return bytes;
  }

  /** Whether somebody has subscribed, or it was discarded. */
  public boolean taken() {
    return subscribed.get();
  }

  /** Lets go of the body if nobody has subscribed to it. Idempotent, any thread. */
  public void discard() {
    if (subscribed.compareAndSet(false, true)) {
      new BodyReader(from, Runnable::run, 0).cancel();
    }
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> to) {
    if (!subscribed.compareAndSet(false, true)) {
      to.onSubscribe(new BodyWriter.Ignored());
      to.onError(new IllegalStateException("a body has one subscriber"));
      return;
    }
    from.subscribe(new Relay(to));
  }

  /** Ends the body with an error for its reader. Idempotent, any thread. */
  public void fail(Throwable error) {
    if (finish(End.FAILED)) {
      failure = error;
      tellFailure();
    }
  }

  /** Called by both sides after each has written what the other looks for here. */
  private void tellFailure() {
    Flow.Subscriber<? super ByteBuf> to = downstream;
    Throwable error = failure;
    if (to != null && error != null && told.compareAndSet(false, true)) {
      Flow.Subscription source = upstream;
      if (source != null) {
        source.cancel();
      }
      to.onError(error);
    }
  }

  private boolean finish(End end) {
    if (ended.compareAndSet(false, true)) {
      whenEnded.accept(end);
      return true;
    }
    return false;
  }

  private final class Relay implements Flow.Subscriber<ByteBuf>, Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuf> to;

    Relay(Flow.Subscriber<? super ByteBuf> to) {
      this.to = to;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      upstream = subscription;
      to.onSubscribe(this);
      downstream = to;
      tellFailure();
    }

    @Override
    public void onNext(ByteBuf buffer) {
      long passed = bytes + buffer.readableBytes();
      bytes = passed;
      if (ended.get()) {
        buffer.release();
      } else if (passed > limitBytes) {
        buffer.release();
        if (finish(End.OVER_LIMIT)) {
          cancelUpstream();
          to.onError(new IllegalStateException("the body is larger than " + limitBytes + " bytes"));
        }
      } else {
        to.onNext(buffer);
      }
    }

    @Override
    public void onError(Throwable failure) {
      if (finish(End.FAILED)) {
        to.onError(failure);
      }
    }

    @Override
    public void onComplete() {
      if (finish(End.COMPLETE)) {
        to.onComplete();
      }
    }

    @Override
    public void request(long n) {
      Flow.Subscription source = upstream;
      if (source != null) {
        source.request(n);
      }
    }

    @Override
    public void cancel() {
      finish(End.CANCELLED);
      cancelUpstream();
    }

    private void cancelUpstream() {
      Flow.Subscription source = upstream;
      if (source != null) {
        source.cancel();
      }
    }
  }
}
