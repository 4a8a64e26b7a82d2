package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A response that came in one piece, as a body: it goes to its subscriber at once. */
record WholeBody(FullHttpResponse response) implements Flow.Publisher<ByteBuf>, Flow.Subscription {
  /** Gives a response's body to a subscriber, in whatever way it came. */
  static void feed(
      HttpResponse head,
      Flow.@Nullable Publisher<ByteBuf> body,
      Flow.Subscriber<? super ByteBuf> to) {
    if (head instanceof FullHttpResponse full) {
      new WholeBody(full).subscribe(to);
    } else if (body == null) {
      to.onComplete();
    } else {
      body.subscribe(to);
    }
  }

  /** Whether what is subscribed to is in memory already, be it compressed on its way from there. */
  static boolean isBehind(Flow.Subscription subscription) {
    return subscription instanceof WholeBody
        || (subscription instanceof Compressing compressing && compressing.isOfWhole());
  }

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
