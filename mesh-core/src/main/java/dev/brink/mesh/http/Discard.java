package dev.brink.mesh.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** Subscribes to a body that nobody wants, so that its publisher hears of it and lets go. */
public final class Discard implements Flow.Subscriber<ByteBuf> {
  private Discard() {}

  /** Releases a response that nobody gets, and lets go of its body. */
  public static void response(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
    ReferenceCountUtil.release(head);
    if (body != null) {
      body(body);
    }
  }

  static void body(Flow.Publisher<ByteBuf> body) {
    body.subscribe(new Discard());
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    subscription.cancel();
  }

  @Override
  public void onNext(ByteBuf buffer) {
    buffer.release();
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
