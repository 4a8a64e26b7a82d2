package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Listens to one invocation, collects its body, and counts that the contract is kept. */
class Answered implements InvocationListener {
  private final CompletableFuture<HttpResponse> head = new CompletableFuture<>();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final CompletableFuture<InvocationReport> report = new CompletableFuture<>();
  private final AtomicInteger heard = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();

  @Override
  public void onResponse(
      HttpResponse response, Flow.@Nullable Publisher<ByteBuf> stream, Timing timing) {
    heard.incrementAndGet();
    if (response instanceof FullHttpResponse full) {
      byte[] bytes = new byte[full.content().readableBytes()];
      full.content().readBytes(bytes);
      full.release();
      body.complete(bytes);
    } else if (stream != null) {
      stream.subscribe(new Collecting());
    }
    head.complete(response);
  }

  @Override
  public void onFailure(FunctionException failure, Timing timing) {
    heard.incrementAndGet();
    head.completeExceptionally(failure);
    body.completeExceptionally(failure);
  }

  @Override
  public void onDone(InvocationReport last) {
    done.incrementAndGet();
    report.complete(last);
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

  byte[] bytes() {
    return get(body);
  }

  String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  InvocationReport report() {
    return get(report);
  }

  boolean isDone() {
    return report.isDone();
  }

  boolean isHeard() {
    return head.isDone();
  }

  /** Fails if the invocation answered. */
  FunctionException failure() {
    try {
      head.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FunctionException failure) {
        return failure;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
    throw new AssertionError("expected a failure, got " + text());
  }

  /** Waits for the end and checks that each call came once. */
  Answered end() {
    report();
    if (heard.get() != 1 || done.get() != 1) {
      throw new AssertionError("heard " + heard + " times, done " + done + " times");
    }
    return this;
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof FunctionException failure) {
        throw failure;
      }
      throw new AssertionError(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private final class Collecting implements Flow.Subscriber<ByteBuf> {
    private final ByteArrayOutputStream collected = new ByteArrayOutputStream();
    private Flow.@Nullable Subscription from;

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      from = subscription;
      subscription.request(1);
    }

    @Override
    public void onNext(ByteBuf part) {
      byte[] bytes = new byte[part.readableBytes()];
      part.readBytes(bytes);
      part.release();
      collected.writeBytes(bytes);
      if (from != null) {
        from.request(1);
      }
    }

    @Override
    public void onError(Throwable failure) {
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      body.complete(collected.toByteArray());
    }
  }
}
