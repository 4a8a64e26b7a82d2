package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Reads a body to its end, asking for as much at a time as it is told to. */
final class Collector implements Flow.Subscriber<ByteBuf> {
  private final long window;
  private final StringBuilder text = new StringBuilder();
  private final CompletableFuture<String> result;
  private volatile Flow.@Nullable Subscription subscription;

  Collector(long window) {
    this(window, new CompletableFuture<>());
  }

  Collector(long window, CompletableFuture<String> result) {
    this.window = window;
    this.result = result;
  }

  /** Asks for nothing by itself. */
  static Collector idle() {
    return new Collector(0);
  }

  static Collector of(Flow.Publisher<ByteBuf> body) {
    Collector collector = new Collector(1);
    body.subscribe(collector);
    return collector;
  }

  Flow.Subscription subscription() {
    return requireNonNull(subscription);
  }

  String soFar() {
    synchronized (text) {
      return text.toString();
    }
  }

  /** Passes the text on once it is complete; does nothing if it breaks off. */
  void then(Consumer<String> action) {
    var _ = result.thenAccept(action);
  }

  CompletableFuture<String> result() {
    return result;
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription = newSubscription;
    if (window > 0) {
      newSubscription.request(window);
    }
  }

  @Override
  public void onNext(ByteBuf buffer) {
    synchronized (text) {
      text.append(buffer.toString(ISO_8859_1));
    }
    buffer.release();
    if (window > 0) {
      subscription().request(1);
    }
  }

  @Override
  public void onError(Throwable cause) {
    result.completeExceptionally(cause);
  }

  @Override
  public void onComplete() {
    result.complete(soFar());
  }
}
