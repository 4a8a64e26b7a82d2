package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import java.util.concurrent.Flow;

/** A response that came in one piece, as a body: it goes to its subscriber at once. */
record WholeBody(FullHttpResponse response) implements Flow.Publisher<ByteBuf>, Flow.Subscription {
  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuf> subscriber) {
    subscriber.onSubscribe(this);
    if (response.content().isReadable()) {
      subscriber.onNext(response.content());
    } else {
      response.release();
    }
    subscriber.onComplete();
  }

  @Override
  public void request(long n) {
    // All of it comes unasked.
  }

  @Override
  public void cancel() {
    // It is over already.
  }
}
