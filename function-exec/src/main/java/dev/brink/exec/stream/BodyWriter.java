package dev.brink.exec.stream;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A body that is written from one thread when its subscriber asks. What the subscriber does arrives
 * at the {@link Source} through the writing thread.
 */
public final class BodyWriter implements Flow.Publisher<ByteBuf> {
  /** The writing side. */
  public interface Source {
    /** So many more buffers may be written. */
    void pull(long more);

    /** The subscriber has gone. */
    void cancelled();
  }

  private final Consumer<Runnable> writer;
  private final Source source;
  private final AtomicReference<Flow.@Nullable Subscriber<? super ByteBuf>> subscriber =
      new AtomicReference<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private @Nullable Throwable earlyError;
  private boolean early;

  /** The subscriber knows its subscription, and may be told the end. */
  private volatile boolean subscribed;

  private long writtenBytes;

  /**
   * @param writer runs what it is given on the writing thread
   */
  public BodyWriter(Consumer<Runnable> writer, Source source) {
    this.writer = writer;
    this.source = source;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> to) {
    if (!subscriber.compareAndSet(null, to)) {
      to.onSubscribe(new Ignored());
      to.onError(new IllegalStateException("a body has one subscriber"));
      return;
    }
    to.onSubscribe(new Demand());
    subscribed = true;
    writer.accept(this::replayEarlyEnd);
  }

  /** Passes the buffer on; it belongs to the subscriber. On the writing thread. */
  public void write(ByteBuf buffer) {
    Flow.Subscriber<? super ByteBuf> to = subscriber.get();
    if (to == null || ended.get()) {
      buffer.release();
      return;
    }
    writtenBytes += buffer.readableBytes();
    to.onNext(buffer);
  }

  /** Ends the body well. On the writing thread. */
  public void end() {
    finish(null);
  }

  /** Ends the body with an error. On the writing thread. */
  public void fail(Throwable error) {
    finish(error);
  }

  public boolean ended() {
    return ended.get();
  }

  public long writtenBytes() {
    return writtenBytes;
  }

  private void finish(@Nullable Throwable error) {
    Flow.Subscriber<? super ByteBuf> to = subscriber.get();
    if (to == null || !subscribed) {
      early = true;
      earlyError = error;
      return;
    }
    if (ended.compareAndSet(false, true)) {
      if (error == null) {
        to.onComplete();
      } else {
        to.onError(error);
      }
    }
  }

  private void replayEarlyEnd() {
    if (early) {
      finish(earlyError);
    }
  }

  private final class Demand implements Flow.Subscription {
    @Override
    public void request(long n) {
      if (n <= 0) {
        writer.accept(
            () -> {
              fail(new IllegalArgumentException("request: " + n + " (expected: > 0)"));
              source.cancelled();
            });
      } else {
        writer.accept(
            () -> {
              if (!ended.get()) {
                source.pull(n);
              }
            });
      }
    }

    @Override
    public void cancel() {
      if (ended.compareAndSet(false, true)) {
        writer.accept(source::cancelled);
      }
    }
  }

  /** Of a subscriber that came too late. */
  static final class Ignored implements Flow.Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }
}
