package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.exchange.CallFailure;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.CallTiming;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What came before an answer broke off. */
class OriginsBreakTest {
  /** Takes an answer, and nothing of its body. */
  private static final class Later implements CallListener {
    private final CompletableFuture<Answer> taken = new CompletableFuture<>();
    private final CompletableFuture<Runnable> take = new CompletableFuture<>();

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CallTiming timing) {
      Answer answer = Answer.eager();
      take.complete(
          () -> {
            answer.onResponse(head, body, timing);
            taken.complete(answer);
          });
    }

    @Override
    public void onFailure(CallFailure failure) {
      take.completeExceptionally(new AssertionError(failure.toString()));
    }

    Answer take() {
      Answer.get(take).run();
      return Answer.get(taken);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "transfer-encoding: chunked\n\n4\nsome\nzz\nmore\n",
        "transfer-encoding: chunked\n\n4\nsome\n",
        "content-length: 100000\n\nsome",
      })
  void isDeliveredAlsoToAReaderThatComesAfterIt(String headerAndBody) {
    try (var server = TestUpstream.breakingOffAfter("HTTP/1.1 200 OK\n" + headerAndBody);
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      var later = new Later();
      var _ =
          origins.origins.execute(
              TestOrigins.call(
                  TestOrigins.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(20)),
              TestOrigins.TARGET,
              later);
      TestOrigins.await("broken off", () -> origins.server(0).failed() == 1);

      Answer answer = later.take();
      assertThatThrownBy(answer::body).hasMessageContaining("origin-");
      assertThat(answer.soFar()).isEqualTo("some");
    }
  }
}
