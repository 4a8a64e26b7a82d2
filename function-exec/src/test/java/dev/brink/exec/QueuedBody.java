package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A body that a test writes as it goes; what comes before the subscriber waits. Thread-safe. */
final class QueuedBody implements Flow.Publisher<ByteBuf>, Flow.Subscription {
  private final Queue<ByteBuf> waiting = new ArrayDeque<>();
  private Flow.@Nullable Subscriber<? super ByteBuf> subscriber;
  private long demand;
  private boolean ended;
  private boolean completed;
  private boolean cancelled;

  synchronized void write(ByteBuf bytes) {
    if (cancelled || ended) {
      bytes.release();
    } else {
      waiting.add(bytes);
      emit();
    }
  }

  synchronized void end() {
    ended = true;
    emit();
  }

  synchronized boolean cancelled() {
    return cancelled;
  }

  @Override
  public synchronized void subscribe(Flow.Subscriber<? super ByteBuf> to) {
    subscriber = to;
    to.onSubscribe(this);
    emit();
  }

  @Override
  public synchronized void request(long n) {
    demand += n;
    emit();
  }

  @Override
  public synchronized void cancel() {
    cancelled = true;
    waiting.forEach(ByteBuf::release);
    waiting.clear();
  }

  private void emit() {
    Flow.Subscriber<? super ByteBuf> to = subscriber;
    if (to == null || cancelled) {
      return;
    }
    for (ByteBuf next; demand > 0 && (next = waiting.poll()) != null; ) {
      demand--;
      to.onNext(next);
    }
    if (ended && !completed && waiting.isEmpty()) {
      completed = true;
      to.onComplete();
    }
  }
}
