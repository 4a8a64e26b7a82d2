package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A bounded body between one producer and one subscriber, on any threads.
 *
 * <p>The producer {@linkplain #offer offers} buffers and stops when told that the pipe is full,
 * until the source's {@code drained} runs; a producer that goes on regardless is only limited by
 * its own source, so every producer must heed it. The pipe owns offered buffers: it hands them to
 * the subscriber or, once cancelled or discarded, releases them.
 */
public final class BodyPipe implements Flow.Publisher<ByteBuf>, Flow.Subscription {
  /** Held bytes from which {@link #offer} says that the pipe is full. */
  public static final int DEFAULT_HIGH_WATER_BYTES = 64 * 1024;

  /** What a buffer counts for at least, so that tiny ones don't add up unnoticed. */
  private static final int MIN_COST_BYTES = 256;

  private final int highWaterBytes;
  private final Source source;

  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(4);
  private long heldBytes;
  private long demand;
  private boolean full;
  private boolean ended;
  private boolean cancelled;
  private boolean done;
  private boolean emitting;
  private @Nullable Throwable failure;
  private Flow.@Nullable Subscriber<? super ByteBuf> subscriber;

  /** Hears from the pipe it feeds; on any thread, and perhaps from within a call to the pipe. */
  public interface Source {
    /** Somebody subscribed. */
    default void subscribed() {}

    /**
     * A full pipe has room again. May run before the {@link BodyPipe#offer} that found it full has
     * returned on another thread: a producer handles it on the thread it offers on.
     */
    void drained();

    /** The subscriber cancelled; once at most. */
    void cancelled();
  }

  /**
   * A pipe fed by a source.
   *
   * @param highWaterBytes how much is held before the pipe is full
   */
  public BodyPipe(int highWaterBytes, Source source) {
    this.highWaterBytes = highWaterBytes;
    this.source = source;
  }

  /**
   * A pipe fed by a source of two actions.
   *
   * @param onDrain {@link Source#drained}
   * @param onCancel {@link Source#cancelled}
   */
  public BodyPipe(int highWaterBytes, Runnable onDrain, Runnable onCancel) {
    this(
        highWaterBytes,
        new Source() {
          @Override
          public void drained() {
            onDrain.run();
          }

          @Override
          public void cancelled() {
            onCancel.run();
          }
        });
  }

  /**
   * Adds a buffer, whose ownership passes to the pipe; an ended or cancelled pipe releases it.
   *
   * @return whether the producer may go on; if not, it waits for {@link Source#drained}
   */
  public boolean offer(ByteBuf buffer) {
    boolean wanted;
    synchronized (this) {
      wanted = !ended && !cancelled;
      if (wanted) {
        held.add(buffer);
        heldBytes += cost(buffer);
        // Once full it stays so until the source has been told that there is room again.
        full |= heldBytes >= highWaterBytes;
      }
    }
    if (!wanted) {
      buffer.release();
      return true;
    }
    emit();
    synchronized (this) {
      return !full;
    }
  }

  private static int cost(ByteBuf buffer) {
    return Math.max(buffer.readableBytes(), MIN_COST_BYTES);
  }

  /** No more buffers; what is held is still delivered. */
  public void complete() {
    synchronized (this) {
      ended = true;
    }
    emit();
  }

  /** Ends the body with an error, after what is held. */
  public void fail(Throwable cause) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      failure = cause;
    }
    emit();
  }

  /**
   * The producer is done with the pipe: like {@link #fail} if there is a subscriber; else what is
   * held is released, and whoever subscribes later is told of the error.
   */
  public void close(Throwable cause) {
    synchronized (this) {
      if (subscriber == null && !cancelled) {
        ended = true;
        failure = cause;
        releaseHeld();
        return;
      }
    }
    fail(cause);
  }

  /** Whether anybody subscribed. */
  public synchronized boolean subscribed() {
    return subscriber != null;
  }

  /**
   * Begins to deliver to the one subscriber.
   *
   * @throws IllegalStateException when there is a subscriber already
   */
  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> newSubscriber) {
    synchronized (this) {
      if (subscriber != null) {
        throw new IllegalStateException("body: subscribed twice (expected: one subscriber)");
      }
      subscriber = newSubscriber;
      emitting = true;
    }
    try {
      newSubscriber.onSubscribe(this);
    } finally {
      synchronized (this) {
        emitting = false;
      }
    }
    source.subscribed();
    emit();
  }

  /**
   * Asks for more buffers.
   *
   * @throws IllegalArgumentException unless {@code n > 0}
   */
  @Override
  public void request(long n) {
    if (n <= 0) {
      throw new IllegalArgumentException("n: " + n + " (expected: > 0)");
    }
    synchronized (this) {
      demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
    }
    emit();
  }

  @Override
  public void cancel() {
    synchronized (this) {
      if (cancelled || done) {
        return;
      }
      cancelled = true;
      releaseHeld();
    }
    source.cancelled();
  }

  private void releaseHeld() {
    for (ByteBuf buffer; (buffer = held.poll()) != null; ) {
      buffer.release();
    }
    heldBytes = 0;
    full = false;
  }

  /**
   * Delivers what is held and asked for. One thread at a time: whoever comes meanwhile leaves what
   * it brought to the one that is at it, which looks again after each delivery.
   */
  private void emit() {
    Flow.Subscriber<? super ByteBuf> to;
    synchronized (this) {
      if (emitting || subscriber == null) {
        return;
      }
      emitting = true;
      to = subscriber;
    }
    boolean drained = false;
    boolean delivered = false;
    try {
      while (true) {
        ByteBuf next;
        Throwable error;
        synchronized (this) {
          if (cancelled || done) {
            emitting = false;
            drained = false;
            break;
          }
          next = demand > 0 ? held.poll() : null;
          if (next != null) {
            heldBytes -= cost(next);
            demand--;
            if (full && heldBytes <= highWaterBytes / 2) {
              full = false;
              drained = true;
            }
          } else if (ended && held.isEmpty()) {
            done = true;
          } else {
            emitting = false;
            drained &= !full;
            break;
          }
          error = failure;
        }
        if (next != null) {
          to.onNext(next);
        } else if (error != null) {
          to.onError(error);
        } else {
          to.onComplete();
        }
      }
      delivered = true;
    } finally {
      if (!delivered) {
        broken();
      }
    }
    if (drained) {
      source.drained();
    }
  }

  /** The subscriber threw: it gets nothing more. */
  private void broken() {
    synchronized (this) {
      emitting = false;
    }
    cancel();
  }
}
