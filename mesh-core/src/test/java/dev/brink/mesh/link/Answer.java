package dev.brink.mesh.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.brink.mesh.exchange.BodyBytes;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What came of a call. */
final class Answer implements CallListener {
  private final CompletableFuture<HttpResponse> head = new CompletableFuture<>();
  private final CompletableFuture<byte[]> body = new CompletableFuture<>();
  private final CompletableFuture<CallTiming> timing = new CompletableFuture<>();
  private final CompletableFuture<CallFailure> failure = new CompletableFuture<>();
  private final AtomicInteger accepted = new AtomicInteger();

  @Override
  public void onAccepted() {
    accepted.incrementAndGet();
  }

  @Override
  public void onResponse(
      HttpResponse response, Flow.@Nullable Publisher<ByteBuf> content, CallTiming times) {
    timing.complete(times);
    var _ =
        BodyBytes.collect(content, 64 << 20)
            .whenComplete(
                (bytes, failed) -> {
                  if (failed == null) {
                    body.complete(bytes);
                  } else {
                    body.completeExceptionally(failed);
                  }
                });
    head.complete(response);
  }

  @Override
  public void onFailure(CallFailure failed) {
    failure.complete(failed);
  }

  int accepted() {
    return accepted.get();
  }

  HttpResponse head() {
    return head.orTimeout(20, TimeUnit.SECONDS).join();
  }

  CallTiming timing() {
    return timing.orTimeout(20, TimeUnit.SECONDS).join();
  }

  byte[] bytes() {
    return body.orTimeout(20, TimeUnit.SECONDS).join();
  }

  String text() {
    return new String(bytes(), UTF_8);
  }

  CallFailure failure() {
    return failure.orTimeout(20, TimeUnit.SECONDS).join();
  }

  @Nullable CallFailure failureOrNull() {
    return failure.getNow(null);
  }
}
