package dev.brink.exec;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A call whose answer nobody wants: reads it to its end and drops it. */
final class WarmUpCall implements InvocationListener {
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile @Nullable FunctionException failure;
  private volatile long cpuNanos;

  /** Completes on a lane when all of it is over, with an exception where it did not succeed. */
  CompletableFuture<Void> done() {
    return done;
  }

  /** The processor time that it has used; to be asked when it is over. */
  long cpuNanos() {
    return cpuNanos;
  }

  @Override
  public void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, Timing timing) {
    if (head instanceof FullHttpResponse full) {
      full.release();
    }
    if (body != null) {
      body.subscribe(new Dropping());
    }
  }

  @Override
  public void onFailure(FunctionException why, Timing timing) {
    failure = why;
  }

  @Override
  public void onDone(InvocationReport report) {
    cpuNanos = report.cpuNanos();
    FunctionException why = failure;
    if (why != null) {
      done.completeExceptionally(why);
    } else if (report.outcome() == null) {
      done.complete(null);
    } else {
      done.completeExceptionally(
          new FunctionException(
              report.outcome(), "its body, or what it waited for, did not succeed", null));
    }
  }

  private static final class Dropping implements Flow.Subscriber<ByteBuf> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf part) {
      part.release();
    }

    @Override
    public void onError(Throwable failure) {
      // The report has it.
    }

    @Override
    public void onComplete() {}
  }
}
