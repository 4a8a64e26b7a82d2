package dev.brink.mesh.origin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A body of so many pieces of one size, made when they are asked for, on a thread of its own. */
final class TestBody implements Flow.Publisher<ByteBuf> {
  private final int pieces;
  private final int size;
  private @Nullable AtomicInteger gate;
  private @Nullable Throwable failure;
  final AtomicLong produced = new AtomicLong();
  final AtomicInteger subscriptions = new AtomicInteger();
  volatile boolean cancelled;

  TestBody(int pieces, int size) {
    this.pieces = pieces;
    this.size = size;
  }

  /** Begins once the counter has been counted. */
  TestBody after(AtomicInteger counter) {
    gate = counter;
    return this;
  }

  /** Ends with a failure. */
  TestBody failing(Throwable cause) {
    failure = cause;
    return this;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
    subscriptions.incrementAndGet();
    var demand = new Semaphore(0);
    subscriber.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {
            demand.release((int) n);
          }

          @Override
          public void cancel() {
            cancelled = true;
            demand.release();
          }
        });
    Thread.startVirtualThread(() -> produce(subscriber, demand));
  }

  private void produce(Flow.Subscriber<? super ByteBuf> subscriber, Semaphore demand) {
    AtomicInteger counter = gate;
    if (counter != null) {
      TestOrigins.await("gate", () -> counter.get() > 0);
    }
    for (int i = 0; i < pieces; i++) {
      demand.acquireUninterruptibly();
      if (cancelled) {
        return;
      }
      produced.addAndGet(size);
      subscriber.onNext(Unpooled.buffer(size).writeZero(size));
    }
    if (failure != null) {
      subscriber.onError(failure);
    } else {
      subscriber.onComplete();
    }
  }
}
