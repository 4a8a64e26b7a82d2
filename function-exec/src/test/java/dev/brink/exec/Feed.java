package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A body of equal chunks, made when asked for, that knows how far ahead it was asked. */
final class Feed implements Flow.Publisher<ByteBuf> {
  private final byte[] chunk;
  private final long chunks;
  private final AtomicLong requested = new AtomicLong();
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong emitting = new AtomicLong();
  volatile boolean subscribed;
  volatile boolean cancelled;
  volatile boolean completed;
  volatile @Nullable ByteBuf last;

  private Feed(byte[] chunk, long chunks) {
    this.chunk = chunk;
    this.chunks = chunks;
  }

  static Feed of(String text) {
    return new Feed(text.getBytes(StandardCharsets.UTF_8), 1);
  }

  static Feed of(byte[] chunk, long chunks) {
    return new Feed(chunk, chunks);
  }

  long sent() {
    return sent.get();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> to) {
    subscribed = true;
    to.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long n) {
            requested.addAndGet(n);
            if (emitting.getAndIncrement() == 0) {
              do {
                emit(to);
              } while (emitting.decrementAndGet() > 0);
            }
          }

          @Override
          public void cancel() {
            cancelled = true;
          }
        });
  }

  private void emit(Flow.Subscriber<? super ByteBuf> to) {
    while (!cancelled && sent.get() < chunks && sent.get() < requested.get()) {
      sent.incrementAndGet();
      ByteBuf buffer = PooledByteBufAllocator.DEFAULT.buffer(chunk.length).writeBytes(chunk);
      last = buffer;
      to.onNext(buffer);
    }
    if (!cancelled && !completed && sent.get() == chunks) {
      completed = true;
      to.onComplete();
    }
  }
}
