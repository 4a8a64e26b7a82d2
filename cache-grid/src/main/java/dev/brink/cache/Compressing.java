package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Compresses a body on its way, piece by piece: whoever reads along waits for no more than that.
 */
final class Compressing implements Flow.Subscriber<ByteBuf>, Flow.Subscription {
  private final Flow.Subscriber<ByteBuf> to;

  // Guarded by this.
  private final GzipWriter gzip = new GzipWriter();
  private boolean ended;
  private Flow.@Nullable Subscription from;

  Compressing(Flow.Subscriber<ByteBuf> to) {
    this.to = to;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    synchronized (this) {
      from = subscription;
    }
    to.onSubscribe(this);
  }

  @Override
  public void request(long n) {
    Flow.Subscription source;
    synchronized (this) {
      source = from;
    }
    if (source != null) {
      source.request(n);
    }
  }

  @Override
  public void cancel() {
    Flow.Subscription source;
    synchronized (this) {
      source = from;
      end();
    }
    if (source != null) {
      source.cancel();
    }
  }

  private void end() {
    if (!ended) {
      ended = true;
      gzip.close();
    }
  }

  @Override
  public void onNext(ByteBuf bytes) {
    ByteBuf coded;
    synchronized (this) {
      if (ended) {
        bytes.release();
        return;
      }
      coded = gzip.write(bytes);
    }
    to.onNext(coded);
  }

  @Override
  public void onError(Throwable cause) {
    synchronized (this) {
      end();
    }
    to.onError(cause);
  }

  @Override
  public void onComplete() {
    ByteBuf last;
    synchronized (this) {
      if (ended) {
        return;
      }
      last = gzip.finish();
      end();
    }
    to.onNext(last);
    to.onComplete();
  }
}
