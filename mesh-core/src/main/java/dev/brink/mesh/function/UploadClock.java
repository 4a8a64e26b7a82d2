package dev.brink.mesh.function;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A request's body that knows when the last of it had come: what a function waited for its caller's
 * upload says nothing of how long it runs, nor of how slow its node is. Thread-safe.
 */
final class UploadClock implements Flow.Publisher<ByteBuf> {
  private final Flow.Publisher<ByteBuf> source;
  private volatile boolean read;
  private volatile boolean ended;
  private volatile long endedNanos;

  /** What the subscriber has waited for what came until now. */
  private volatile long waitedNanos;

  UploadClock(Flow.Publisher<ByteBuf> source) {
    this.source = source;
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
    read = true;
    source.subscribe(new Watched(subscriber));
  }

  /**
   * A run less what of it was before the body's end; when it was answered while the body was being
   * read, less what was waited for the parts that had come.
   */
  long without(long runNanos, long answeredNanos) {
    if (!read) {
      return runNanos;
    }
    long waited = ended ? endedNanos - (answeredNanos - runNanos) : waitedNanos;
    return runNanos - Math.clamp(waited, 0, Math.max(0, runNanos));
  }

  private final class Watched implements Flow.Subscriber<ByteBuf> {
    private final Flow.Subscriber<? super ByteBuf> to;

    /** Asked for and not come. */
    private final AtomicLong wanted = new AtomicLong();

    private volatile long wantedNanos;

    Watched(Flow.Subscriber<? super ByteBuf> to) {
      this.to = to;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      to.onSubscribe(
          new Flow.Subscription() {
            @Override
            public void request(long n) {
              if (wanted.getAndAccumulate(Math.max(0, n), Watched::sum) == 0) {
                wantedNanos = System.nanoTime();
              }
              subscription.request(n);
            }

            @Override
            public void cancel() {
              subscription.cancel();
            }
          });
    }

    private static long sum(long wanted, long more) {
      return wanted > Long.MAX_VALUE - more ? Long.MAX_VALUE : wanted + more;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one part at a time
    public void onNext(ByteBuf buffer) {
      long now = System.nanoTime();
      waitedNanos += now - wantedNanos;
      if (wanted.getAndUpdate(left -> left == Long.MAX_VALUE ? left : left - 1) > 1) {
        wantedNanos = now;
      }
      to.onNext(buffer);
    }

    @Override
    public void onError(Throwable cause) {
      to.onError(cause);
    }

    @Override
    public void onComplete() {
      endedNanos = System.nanoTime();
      ended = true;
      to.onComplete();
    }
  }
}
