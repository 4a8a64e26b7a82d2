package dev.brink.mesh.origin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What came of one call; its body is asked for one buffer at a time. */
final class Answer implements CallListener, Flow.Subscriber<ByteBuf> {
  private static final int MAX_TEXT = 64 * 1024;

  private final CompletableFuture<HttpResponse> head = new CompletableFuture<>();
  private final CompletableFuture<CallFailure> failure = new CompletableFuture<>();
  private final CompletableFuture<String> body = new CompletableFuture<>();
  private final CompletableFuture<CallTiming> timing = new CompletableFuture<>();
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final StringBuilder text = new StringBuilder();
  private final AtomicLong length = new AtomicLong();
  private final boolean eager;

  private Answer(boolean eager) {
    this.eager = eager;
  }

  /** Takes the body as it comes. */
  static Answer eager() {
    return new Answer(true);
  }

  /** Subscribes to the body, and takes of it what {@link #take} says. */
  static Answer lazy() {
    return new Answer(false);
  }

  @Override
  public void onResponse(
      HttpResponse newHead, Flow.@Nullable Publisher<ByteBuf> newBody, CallTiming newTiming) {
    timing.complete(newTiming);
    if (newHead instanceof FullHttpResponse full) {
      body.complete(full.content().toString(UTF_8));
      full.release();
    } else if (newBody != null) {
      newBody.subscribe(this);
    } else {
      body.complete("");
    }
    if (!head.complete(newHead)) {
      throw new AssertionError("answered twice");
    }
    failure.completeExceptionally(new AssertionError("answered: " + newHead));
  }

  @Override
  public void onFailure(CallFailure newFailure) {
    if (!failure.complete(newFailure)) {
      throw new AssertionError("failed twice, or after an answer: " + newFailure);
    }
    head.completeExceptionally(new AssertionError(newFailure.toString()));
    body.completeExceptionally(new AssertionError(newFailure.toString()));
  }

  @Override
  public void onSubscribe(Flow.Subscription newSubscription) {
    subscription.complete(newSubscription);
    if (eager) {
      newSubscription.request(1);
    }
  }

  @Override
  public void onNext(ByteBuf item) {
    length.addAndGet(item.readableBytes());
    if (text.length() < MAX_TEXT) {
      text.append(item.toString(UTF_8));
    }
    item.release();
    if (eager) {
      get(subscription).request(1);
    }
  }

  @Override
  public void onError(Throwable throwable) {
    body.completeExceptionally(throwable);
  }

  @Override
  public void onComplete() {
    body.complete(text.toString());
  }

  void take(long buffers) {
    get(subscription).request(buffers);
  }

  void cancelBody() {
    get(subscription).cancel();
  }

  HttpResponse head() {
    return get(head);
  }

  int status() {
    return head().status().code();
  }

  HttpHeaders headers() {
    return head().headers();
  }

  /** The body, or the beginning of a large one, once it is complete. */
  String body() {
    return get(body);
  }

  /** What has come of a streamed body that is over. */
  String soFar() {
    return text.toString();
  }

  /** The length of a streamed body, once it is complete. */
  long length() {
    body();
    return length.get();
  }

  CallTiming timing() {
    return get(timing);
  }

  CallFailure failure() {
    return get(failure);
  }

  /** The stable code of what the client would be told. */
  String code() {
    return failure().problem().code();
  }

  boolean answered() {
    return head.isDone() && !head.isCompletedExceptionally();
  }

  boolean over() {
    return head.isDone();
  }

  static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("nothing within 20 s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
