package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A range of a body on its way to one subscriber, read as it is asked for. Holds on to the body
 * from the beginning: whoever makes one has it subscribed to, or {@linkplain #cancel cancels} it.
 */
final class BodyReader implements Flow.Publisher<ByteBuf>, Flow.Subscription {
  private static final int PIECE_BYTES = 64 * 1024;

  private final BodySource source;
  private final long end;

  // Guarded by this.
  private long at;
  private long demand;
  private boolean running;
  private boolean again;
  private boolean loading;
  private boolean ended;
  private boolean detached;
  private Flow.@Nullable Subscriber<? super ByteBuf> subscriber;

  /**
   * @param end after the last byte; {@link Long#MAX_VALUE}: where the source ends
   */
  BodyReader(BodySource source, long start, long end) {
    this.source = source;
    this.at = start;
    this.end = end;
    source.attach(this);
  }

  /** After the last byte that it reads; {@link Long#MAX_VALUE}: where the source ends. */
  long end() {
    return end;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> newSubscriber) {
    synchronized (this) {
      if (subscriber != null) {
        throw new IllegalStateException("body: subscribed twice (expected: one subscriber)");
      }
      subscriber = newSubscriber;
      running = true;
    }
    newSubscriber.onSubscribe(this);
    synchronized (this) {
      running = false;
    }
    more();
    letGoIfEnded();
  }

  @Override
  public void request(long n) {
    if (n <= 0) {
      throw new IllegalArgumentException("n: " + n + " (expected: > 0)");
    }
    synchronized (this) {
      demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
    }
    more();
  }

  @Override
  public void cancel() {
    synchronized (this) {
      ended = true;
    }
    letGoIfEnded();
  }

  /** Lets go of the source once nobody reads from it here any more. */
  private void letGoIfEnded() {
    synchronized (this) {
      if (!ended || running || loading || detached) {
        return;
      }
      detached = true;
    }
    source.detach(this);
  }

  /** Delivers what is there and asked for; one thread at a time. */
  void more() {
    Flow.Subscriber<? super ByteBuf> to;
    synchronized (this) {
      if (running) {
        again = true;
        return;
      }
      if (subscriber == null || ended || loading) {
        return;
      }
      running = true;
      to = subscriber;
    }
    boolean returned = false;
    try {
      while (step(to)) {
        // Goes on.
      }
      returned = true;
    } finally {
      if (!returned) {
        synchronized (this) {
          running = false;
          ended = true;
        }
      }
      letGoIfEnded();
    }
  }

  private enum Step {
    WAIT,
    READ,
    COMPLETE,
    FAIL
  }

  /** One delivery; false when there is none to make now, and nobody runs any more. */
  private boolean step(Flow.Subscriber<? super ByteBuf> to) {
    long offset;
    long limit;
    Step next;
    synchronized (this) {
      again = false;
      offset = at;
      boolean complete = source.complete();
      limit = Math.min(end, source.available());
      next = next(limit, complete);
      ended |= next == Step.COMPLETE || next == Step.FAIL;
    }
    switch (next) {
      case READ -> read(to, offset, (int) Math.min(PIECE_BYTES, limit - offset));
      case COMPLETE -> to.onComplete();
      case FAIL -> to.onError(reason(source.failure()));
      case WAIT -> {
        // More comes with a call of more(), if not already.
      }
    }
    synchronized (this) {
      boolean on = !ended && !loading && (next == Step.READ || again);
      running = on;
      return on;
    }
  }

  private Step next(long limit, boolean complete) {
    if (ended) {
      return Step.WAIT;
    }
    if (at < limit) {
      return demand > 0 ? Step.READ : Step.WAIT;
    }
    if (at >= end || complete) {
      return Step.COMPLETE;
    }
    return source.failure() == null ? Step.WAIT : Step.FAIL;
  }

  private static Throwable reason(@Nullable Throwable failure) {
    return failure == null ? new IllegalStateException("body: lost") : failure;
  }

  private void read(Flow.Subscriber<? super ByteBuf> to, long offset, int size) {
    ByteBuf bytes = source.read(offset, size);
    if (bytes != null) {
      deliver(to, bytes);
      return;
    }
    synchronized (this) {
      loading = true;
    }
    var _ =
        source.load(offset, size).whenComplete((loaded, failure) -> loaded(to, loaded, failure));
  }

  private void loaded(
      Flow.Subscriber<? super ByteBuf> to, @Nullable ByteBuf bytes, @Nullable Throwable failure) {
    if (bytes != null) {
      deliver(to, bytes);
    }
    boolean lost;
    synchronized (this) {
      loading = false;
      lost = bytes == null && !ended;
      ended |= lost;
    }
    if (lost) {
      to.onError(reason(failure));
    }
    more();
    letGoIfEnded();
  }

  private void deliver(Flow.Subscriber<? super ByteBuf> to, ByteBuf bytes) {
    long reached;
    synchronized (this) {
      if (ended) {
        bytes.release();
        return;
      }
      at += bytes.readableBytes();
      demand--;
      reached = at;
    }
    to.onNext(bytes);
    source.advanced(this, reached);
  }
}
