package dev.brink.mesh.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.http.BodyPipe;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of a fetch from a key's home that nobody wants any more. */
class HomeFetchTest {
  private static final CallTiming TIMING = new CallTiming("b", false, 0, 0, 0, 0);

  private final BodyPipe pipe = new BodyPipe(100, () -> {}, () -> {});
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger cancelled = new AtomicInteger();
  private final Reader reader = new Reader();
  private final Direct direct =
      (call, listener) -> {
        asked.incrementAndGet();
        return cancelled::incrementAndGet;
      };
  private final HomeFetch fetch = new HomeFetch(call(), direct, reader, reader);

  @Test
  void aBodyThatItsCancelBreaksDoesNotGoOnFromTheSource() {
    fetch.started(() -> pipe.fail(new IOException("cancelled")));
    fetch.onResponse(head(), pipe, TIMING);
    fetch.cancel();
    assertThat(asked).hasValue(0);
    assertThat(reader.broken).hasMessage("cancelled");
  }

  @Test
  void aBodyThatComesAfterTheCancelDoesNotGoOnFromTheSource() {
    fetch.started(() -> {});
    fetch.cancel();
    fetch.onResponse(head(), pipe, TIMING);
    pipe.fail(new IOException("cancelled"));
    assertThat(asked).hasValue(0);
    assertThat(reader.broken).hasMessage("cancelled");
  }

  @Test
  void itsCancelReachesTheSourceThatABodyGoesOnFrom() {
    fetch.started(() -> {});
    fetch.onResponse(head(), pipe, TIMING);
    pipe.fail(new IOException("the home is gone"));
    assertThat(asked).hasValue(1);
    assertThat(cancelled).hasValue(0);
    fetch.cancel();
    assertThat(cancelled).hasValue(1);
    assertThat(reader.broken).as("its reader waits no more").hasMessage("the home is gone");
  }

  private static HttpResponse head() {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set("etag", "\"a\"").set("content-length", "10");
    return head;
  }

  private static Call call() {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    return new Call(request, "http", null, "192.0.2.1", "r1", Long.MAX_VALUE);
  }

  /** Reads the body of the answer that it hears. */
  private static final class Reader implements CallListener, Flow.Subscriber<ByteBuf> {
    @Nullable Throwable broken;

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      requireNonNull(body).subscribe(this);
    }

    @Override
    public void onFailure(CallFailure failure) {
      throw new AssertionError(failure.toString());
    }

    @Override
    public void onSubscribe(Flow.Subscription from) {
      from.request(1);
    }

    @Override
    public void onNext(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void onError(Throwable cause) {
      broken = cause;
    }

    @Override
    public void onComplete() {}
  }
}
