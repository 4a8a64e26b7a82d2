package dev.brink.grid;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A value as buffers for one subscriber; each is fetched when it is asked for, on a virtual thread.
 */
final class BlobStream implements Flow.Publisher<ByteBuf> {
  private static final int SLICE_BYTES = 256 << 10;

  private final int count;
  private final IntFunction<byte @Nullable []> chunk;
  private final AtomicBoolean subscribed = new AtomicBoolean();

  /**
   * A stream.
   *
   * @param chunk fetches one of them, null when it is gone; may wait
   */
  BlobStream(int count, IntFunction<byte @Nullable []> chunk) {
    this.count = count;
    this.chunk = chunk;
  }

  /** The stream of a value that is all there. */
  static BlobStream of(byte[] whole) {
    return new BlobStream(
        (whole.length + SLICE_BYTES - 1) / SLICE_BYTES,
        i ->
            java.util.Arrays.copyOfRange(
                whole, i * SLICE_BYTES, Math.min(whole.length, (i + 1) * SLICE_BYTES)));
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
    Reading reading = new Reading(subscriber);
    subscriber.onSubscribe(reading);
    if (!subscribed.compareAndSet(false, true)) {
      reading.cancel();
      subscriber.onError(new IllegalStateException("the value is being read already"));
    } else if (count == 0) {
      reading.finish();
    }
  }

  private final class Reading implements Flow.Subscription {
    private final Flow.Subscriber<? super ByteBuf> subscriber;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicInteger turns = new AtomicInteger();
    private volatile boolean over;
    private int next;

    Reading(Flow.Subscriber<? super ByteBuf> subscriber) {
      this.subscriber = subscriber;
    }

    @Override
    public void request(long n) {
      demand.accumulateAndGet(Math.max(0, n), (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
      if (!over && turns.getAndIncrement() == 0) {
        Thread.ofVirtual().name("brink-kv-read").start(this::deliver);
      }
    }

    @Override
    public void cancel() {
      over = true;
    }

    void finish() {
      if (!over) {
        over = true;
        subscriber.onComplete();
      }
    }

    private void deliver() {
      int seen = turns.get();
      while (true) {
        while (!over && demand.get() > 0 && next < count) {
          demand.decrementAndGet();
          step();
        }
        if (next == count) {
          finish();
        }
        seen = turns.addAndGet(-seen);
        if (seen == 0) {
          return;
        }
      }
    }

    private void step() {
      byte[] bytes;
      try {
        bytes = chunk.apply(next);
      } catch (RuntimeException e) {
        fail(e);
        return;
      }
      if (bytes == null) {
        fail(new GridException("the value was replaced while it was read"));
        return;
      }
      next++;
      if (!over) {
        subscriber.onNext(Unpooled.wrappedBuffer(bytes));
      }
    }

    private void fail(RuntimeException failure) {
      if (!over) {
        over = true;
        subscriber.onError(failure);
      }
    }
  }
}
