package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A home before that does not answer. */
class TakingOverTest {
  private final AtomicInteger late = new AtomicInteger();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch failed = new CountDownLatch(1);
  private final Heard heard = new Heard();
  private final TakingOver taking =
      new TakingOver(
          new HomeFetch(
              call(),
              (call, listener) -> {
                asked.countDown();
                return () -> {};
              },
              heard,
              heard),
          late::incrementAndGet);

  @Test
  void isLateWhereItIsWaitedFor() throws Exception {
    taking.started(() -> {});
    assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(late).hasValue(1);
  }

  @Test
  void isNotLateForOneWhoHasGone() throws Exception {
    taking.started(() -> {});
    taking.cancel();
    assertThat(failed.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(late).hasValue(0);
    assertThat(asked.getCount()).isEqualTo(1);
  }

  private static Call call() {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    return new Call(request, "http", null, "192.0.2.1", "r1", Long.MAX_VALUE);
  }

  private final class Heard implements CallListener {
    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      throw new AssertionError(head.toString());
    }

    @Override
    public void onFailure(CallFailure failure) {
      failed.countDown();
    }
  }
}
