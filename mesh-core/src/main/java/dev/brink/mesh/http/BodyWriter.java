package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Subscribes to a body and writes it on an event loop, asking for no more than the sink takes. The
 * publisher may signal on any thread; signals from elsewhere are handed over in batches.
 */
public final class BodyWriter implements Flow.Subscriber<ByteBuf>, Runnable {
  /** Buffers asked for and not yet written, at most. */
  private static final int WINDOW = 16;

  private final EventLoop loop;
  private final Sink sink;
  private final ConcurrentLinkedQueue<ByteBuf> queue = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean completed;
  private volatile @Nullable Throwable failure;
  private volatile boolean cancelled;

  private boolean done;
  private int written;

  /** Where a body goes. Called on the writer's event loop only. */
  public interface Sink {
    /** Takes a buffer and its ownership. */
    void data(ByteBuf buffer);

    /** The body is complete; nothing follows. */
    void end();

    /** The body broke off; nothing follows. */
    void failed(Throwable cause);

    /** Whether more buffers are welcome; if not, {@link BodyWriter#resume} is to be called. */
    boolean writable();

    /** What was written should soon be sent. */
    void flush();
  }

  public BodyWriter(EventLoop loop, Sink sink) {
    this.loop = loop;
    this.sink = sink;
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    if (subscription != null) {
      newSubscription.cancel();
      return;
    }
    subscription = newSubscription;
    if (cancelled) {
      newSubscription.cancel();
    } else {
      newSubscription.request(WINDOW);
    }
  }

  @Override
  public void onNext(ByteBuf buffer) {
    if (loop.inEventLoop()) {
      drain();
      if (cancelled || done) {
        buffer.release();
        return;
      }
      write(buffer);
      sink.flush();
      askForMore();
    } else {
      queue.add(buffer);
      schedule();
    }
  }

  @Override
  public void onError(Throwable cause) {
    failure = cause;
    terminated();
  }

  @Override
  public void onComplete() {
    completed = true;
    terminated();
  }

  private void terminated() {
    if (loop.inEventLoop()) {
      drain();
    } else {
      schedule();
    }
  }

  private void schedule() {
    if (scheduled.compareAndSet(false, true)) {
      try {
        loop.execute(this);
      } catch (RejectedExecutionException e) {
        // The loop has ended, and with it the channel: nobody will drain the queue.
        cancelled = true;
        releaseQueued();
        Flow.Subscription from = subscription;
        if (from != null) {
          from.cancel();
        }
      }
    }
  }

  /** Handles what was handed over. Called by the event loop. */
  @Override
  public void run() {
    scheduled.set(false);
    drain();
  }

  /** The sink takes more again. To be called on the event loop. */
  public void resume() {
    if (!done && !cancelled) {
      askForMore();
    }
  }

  /** Nothing more is to be written. To be called on the event loop; idempotent. */
  public void cancel() {
    if (cancelled || done) {
      return;
    }
    cancelled = true;
    releaseQueued();
    Flow.Subscription from = subscription;
    if (from != null) {
      from.cancel();
    }
  }

  private void drain() {
    // Read before the queue: what was queued before the end is then seen in the queue.
    boolean end = completed;
    Throwable error = failure;
    boolean any = false;
    for (ByteBuf buffer; (buffer = queue.poll()) != null; ) {
      if (cancelled || done) {
        buffer.release();
      } else {
        write(buffer);
        any = true;
      }
    }
    if (cancelled || done) {
      return;
    }
    if (error != null) {
      done = true;
      sink.failed(error);
    } else if (end) {
      done = true;
      sink.end();
    } else if (any) {
      sink.flush();
      askForMore();
    }
  }

  private void write(ByteBuf buffer) {
    written++;
    sink.data(buffer);
  }

  private void askForMore() {
    Flow.Subscription from = subscription;
    if (from != null && !cancelled && written >= WINDOW / 2 && sink.writable()) {
      int n = written;
      written = 0;
      from.request(n);
    }
  }

  private void releaseQueued() {
    for (ByteBuf buffer; (buffer = queue.poll()) != null; ) {
      buffer.release();
    }
  }
}
