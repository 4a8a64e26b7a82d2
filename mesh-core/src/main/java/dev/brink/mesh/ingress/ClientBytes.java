package dev.brink.mesh.ingress;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends after its request for a WebSocket was granted: the body of a call that begins
 * before. Thread-safe.
 */
final class ClientBytes implements Flow.Processor<ByteBuf, ByteBuf>, Flow.Subscription {
  private Flow.@Nullable Subscriber<? super ByteBuf> reader;
  private Flow.@Nullable Subscription client;
  private long wanted;
  private boolean unwanted;
  private volatile boolean ended;

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> to) {
    synchronized (this) {
      if (reader != null) {
        throw new IllegalStateException("body: subscribed twice (expected: one subscriber)");
      }
      reader = to;
    }
    to.onSubscribe(this);
    if (ended) {
      to.onComplete();
    }
  }

  @Override
  public void request(long n) {
    Flow.Subscription from;
    synchronized (this) {
      from = client;
      if (from == null) {
        wanted = wanted + n < 0 ? Long.MAX_VALUE : wanted + n;
      }
    }
    if (from != null) {
      from.request(n);
    }
  }

  @Override
  public void cancel() {
    Flow.Subscription from;
    synchronized (this) {
      unwanted = true;
      from = client;
    }
    if (from != null) {
      from.cancel();
    }
  }

  /** The request was granted. */
  @Override
  public void onSubscribe(Flow.Subscription from) {
    boolean drop;
    long n;
    synchronized (this) {
      client = from;
      drop = unwanted || ended;
      n = wanted;
    }
    if (drop) {
      from.cancel();
    } else if (n > 0) {
      from.request(n);
    }
  }

  @Override
  public void onNext(ByteBuf bytes) {
    Flow.Subscriber<? super ByteBuf> to = reader();
    if (to == null || ended) {
      bytes.release();
    } else {
      to.onNext(bytes);
    }
  }

  @Override
  public void onError(Throwable cause) {
    end();
  }

  @Override
  public void onComplete() {
    end();
  }

  /** Nothing more comes, whatever the client sends. */
  void end() {
    Flow.Subscriber<? super ByteBuf> to;
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      to = reader;
    }
    if (to != null) {
      to.onComplete();
    }
  }

  private synchronized Flow.@Nullable Subscriber<? super ByteBuf> reader() {
    return reader;
  }
}
