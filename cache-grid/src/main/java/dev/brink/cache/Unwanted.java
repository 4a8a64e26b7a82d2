package dev.brink.cache;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Takes a response that nobody wants, so that whoever sends it hears of that. */
final class Unwanted implements Flow.Subscriber<ByteBuf> {
  private Unwanted() {}

  static void response(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    ReferenceCountUtil.release(head);
    if (body != null) {
      body.subscribe(new Unwanted());
    }
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.cancel();
  }

  @Override
  public void onNext(ByteBuf bytes) {
    bytes.release();
  }

  @Override
  public void onError(Throwable cause) {
    // Nobody wanted it.
  }

  @Override
  public void onComplete() {
    // Nobody wanted it.
  }
}
