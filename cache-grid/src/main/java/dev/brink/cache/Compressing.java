package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Compresses a body on its way, piece by piece: whoever reads along waits for no more than that.
 */
final class Compressing implements Flow.Subscriber<ByteBuf>, Flow.Subscription {
  private final long expectedBytes;
  private final Flow.Subscriber<ByteBuf> to;

  // Guarded by this.
  private final GzipWriter gzip = new GzipWriter();
  private boolean ended;
  private long bytes;
  private Flow.@Nullable Subscription from;

  /**
   * @param expectedBytes what {@code Content-Length} says; -1: nothing
   */
  Compressing(long expectedBytes, Flow.Subscriber<ByteBuf> to) {
    this.expectedBytes = expectedBytes;
    this.to = to;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    synchronized (this) {
      from = subscription;
    }
    to.onSubscribe(this);
  }

  synchronized boolean isOfWhole() {
    return from instanceof WholeBody;
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
  public void onNext(ByteBuf piece) {
    ByteBuf coded;
    synchronized (this) {
      if (ended) {
        piece.release();
        return;
      }
      bytes += piece.readableBytes();
      coded = gzip.write(piece);
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
    }
    if (expectedBytes >= 0 && bytes != expectedBytes) {
      onError(
          new IllegalStateException("body: " + bytes + " bytes (expected: " + expectedBytes + ")"));
      return;
    }
    synchronized (this) {
      last = gzip.finish();
      end();
    }
    to.onNext(last);
    to.onComplete();
  }
}
