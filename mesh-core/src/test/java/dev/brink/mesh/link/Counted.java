package dev.brink.mesh.link;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A body of numbered chunks that counts how many were asked for. */
final class Counted implements Flow.Publisher<ByteBuf>, Flow.Subscription {
  private final int chunks;
  private final int size;
  private final AtomicInteger sent = new AtomicInteger();
  final CompletableFuture<Void> cancelled = new CompletableFuture<>();

  /** All was taken, or no more is wanted. */
  final CompletableFuture<Void> over = new CompletableFuture<>();

  private Flow.@Nullable Subscriber<? super ByteBuf> to;

  Counted(int chunks, int size) {
    this.chunks = chunks;
    this.size = size;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
    to = subscriber;
    subscriber.onSubscribe(this);
  }

  @Override
  public void request(long n) {
    for (long i = 0; i < n; i++) {
      int next = sent.getAndIncrement();
      if (next < chunks) {
        byte[] content = new byte[size];
        content[0] = (byte) next;
        requireNonNull(to, "to").onNext(Unpooled.wrappedBuffer(content));
      } else if (next == chunks) {
        requireNonNull(to, "to").onComplete();
        over.complete(null);
      }
    }
  }

  @Override
  public void cancel() {
    cancelled.complete(null);
    over.complete(null);
  }

  /** The number of chunks asked for, once it has not grown for a while. */
  int untilItStops() throws InterruptedException {
    int last = -1;
    while (last != sent.get()) {
      last = sent.get();
      TimeUnit.MILLISECONDS.sleep(200);
    }
    return last;
  }
}
