package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.http.BodyPipe;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A body that goes on from the source. */
class ResumedBodyTest {
  @Test
  void aCancelEndsTheCallOfTheSource() {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set("etag", "\"a\"").set("content-length", "10");
    var pipe = new BodyPipe(100, () -> {}, () -> {});
    var asked = new AtomicBoolean();
    var cancelled = new AtomicBoolean();
    Direct direct =
        (call, listener) -> {
          asked.set(true);
          return () -> cancelled.set(true);
        };
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    var call = new Call(request, "http", null, "192.0.2.1", "r1", Long.MAX_VALUE);
    var reader = new Reader();
    new ResumedBody(head, pipe, call, direct).subscribe(reader);
    pipe.fail(new IOException("the home is gone"));
    assertThat(asked).isTrue();
    assertThat(cancelled).isFalse();
    reader.subscription.join().cancel();
    assertThat(cancelled).isTrue();
  }

  private static final class Reader implements Flow.Subscriber<ByteBuf> {
    final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription from) {
      subscription.complete(from);
      from.request(1);
    }

    @Override
    public void onNext(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void onError(Throwable cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void onComplete() {}
  }
}
