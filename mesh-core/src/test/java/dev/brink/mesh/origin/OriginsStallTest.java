package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Bodies of which nothing comes any more. */
class OriginsStallTest {
  private static final OriginLimits HASTY =
      OriginLimits.defaults().withBodyTimeout(Duration.ofMillis(200));

  @Test
  void anAnswersBodyThatStallsIsBrokenOffAndSaysWhy() {
    try (var server =
            TestUpstream.stallingAfter("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n4\nsome\n");
        var origins = TestOrigins.of(TestOrigins.pool(server), options -> options.limits(HASTY))) {
      Answer answer = origins.get("/");
      assertThat(answer.status()).isEqualTo(200);
      assertThatThrownBy(answer::body)
          .hasMessageContaining("origin-body-timeout")
          .hasMessageContaining("nothing of its answer's body came for 200 ms")
          .hasMessageContaining("origins.body-timeout");
      assertThat(origins.server(0).failed()).isEqualTo(1);
    }
  }

  @Test
  void aRequestsBodyThatStallsIs408AndSaysWhy() {
    try (var server = TestUpstream.stallingAfter("");
        var origins = TestOrigins.of(TestOrigins.pool(server), options -> options.limits(HASTY))) {
      var neverBegins = new TestBody(10, 10).after(new AtomicInteger());
      Answer answer = origins.send(TestOrigins.request(HttpMethod.POST, "/"), neverBegins);
      assertThat(answer.code()).isEqualTo("request-timeout");
      assertThat(answer.failure().problem().detail()).contains("200 ms", "origins.body-timeout");
    }
  }
}
