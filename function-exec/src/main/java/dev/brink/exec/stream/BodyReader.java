package dev.brink.exec.stream;

import io.netty.buffer.ByteBuf;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes buffers from a publisher a few at a time and keeps them until the reader asks. The reading
 * side is one thread at a time; the publisher may call from any thread.
 */
public final class BodyReader implements Flow.Subscriber<ByteBuf> {
  private static final int WINDOW = 4;

  private final Flow.Publisher<ByteBuf> publisher;
  private final Consumer<Runnable> reader;
  private final long limitBytes;
  private final Queue<ByteBuf> ready = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean waiting = new AtomicBoolean();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean ended;
  private volatile @Nullable String error;
  private volatile long receivedBytes;
  private boolean started;
  private volatile boolean overLimit;
  private int taken;
  private @Nullable Runnable wake;

  /**
   * @param reader runs what it is given on the reading thread
   * @param limitBytes beyond which the body fails with {@link #overLimit}
   */
  public BodyReader(Flow.Publisher<ByteBuf> publisher, Consumer<Runnable> reader, long limitBytes) {
    this.publisher = publisher;
    this.reader = reader;
    this.limitBytes = limitBytes;
  }

  /** Hands the untouched publisher over to another reader; {@code null} once reading began. */
  public Flow.@Nullable Publisher<ByteBuf> detach() {
    if (started) {
      return null;
    }
    started = true;
    ended = true;
    return publisher;
  }

  /** Whether a read or {@link #detach} has begun. */
  public boolean started() {
    return started;
  }

  /** The next buffer, which now belongs to the caller; {@code null} when none is there yet. */
  public @Nullable ByteBuf poll() {
    start();
    ByteBuf next = ready.poll();
    if (next != null && ++taken >= WINDOW / 2) {
      refill();
    }
    return next;
  }

  /** Whether the end, or an error, has come and everything before it has been taken. */
  public boolean finished() {
    return ended && ready.isEmpty();
  }

  /** Why the body ended early; {@code null} for a good end. */
  public @Nullable String error() {
    return error;
  }

  /** Whether the error is that the body is larger than allowed. */
  public boolean overLimit() {
    return overLimit;
  }

  public long receivedBytes() {
    return receivedBytes;
  }

  /** Calls {@code then} on the reading thread once there is a buffer or the end. */
  public void await(Runnable then) {
    start();
    wake = then;
    waiting.set(true);
    if (ended || !ready.isEmpty()) {
      signal();
    }
  }

  /**
   * Lets go of the publisher and of what was not read, so that a body nobody read is subscribed to
   * and cancelled. Idempotent; on the reading thread.
   */
  public void cancel() {
    if (!cancelled.compareAndSet(false, true)) {
      return;
    }
    Flow.Subscription upstream = subscription;
    if (upstream != null) {
      upstream.cancel();
    } else if (!started) {
      started = true;
      publisher.subscribe(this);
    }
    ended = true;
    drain();
  }

  @Override
  public void onSubscribe(Flow.Subscription upstream) {
    subscription = upstream;
    if (cancelled.get()) {
      upstream.cancel();
    } else {
      upstream.request(WINDOW);
    }
  }

  @Override
  public void onNext(ByteBuf buffer) {
    long received = receivedBytes + buffer.readableBytes();
    receivedBytes = received;
    if (received > limitBytes && !ended) {
      buffer.release();
      overLimit = true;
      fail("the body is larger than " + limitBytes + " bytes");
      Flow.Subscription upstream = subscription;
      if (upstream != null) {
        upstream.cancel();
      }
      return;
    }
    ready.add(buffer);
    if (cancelled.get() || ended) {
      drain();
    } else {
      signal();
    }
  }

  @Override
  public void onError(Throwable failure) {
    fail("the body ended early");
  }

  @Override
  public void onComplete() {
    ended = true;
    signal();
  }

  private void start() {
    if (!started) {
      started = true;
      publisher.subscribe(this);
    }
  }

  private void refill() {
    Flow.Subscription upstream = subscription;
    if (upstream != null && !ended) {
      int more = taken;
      taken = 0;
      upstream.request(more);
    }
  }

  private void fail(String message) {
    if (!ended) {
      error = message;
      ended = true;
      signal();
    }
  }

  private void signal() {
    if (waiting.get() && waiting.compareAndSet(true, false)) {
      Runnable then = wake;
      if (then != null) {
        reader.accept(then);
      }
    }
  }

  /** Releases what nobody will read; the queue's own polling makes it safe from two threads. */
  private void drain() {
    if (!cancelled.get()) {
      return;
    }
    for (ByteBuf left = ready.poll(); left != null; left = ready.poll()) {
      left.release();
    }
  }
}
