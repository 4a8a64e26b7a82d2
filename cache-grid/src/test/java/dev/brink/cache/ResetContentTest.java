package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Client;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResetContentTest {
  private final TestOrigin origin = new TestOrigin();

  @Test
  void aBodyOfResetContentIsNeitherPassedOnNorStored() {
    origin.reply(205, "not to be", "cache-control", "max-age=60", "content-length", "9");
    for (Outcome outcome : List.of(Outcome.MISS, Outcome.HIT)) {
      Client client = origin.get("/a");
      assertThat(client.outcome()).isEqualTo(outcome);
      assertThat(client.status()).isEqualTo(205);
      assertThat(client.body).hasToString("");
      assertThat(client.header("content-length")).isEqualTo("0");
    }
  }

  @Test
  void whatIsPassedThroughHasNoneEither() {
    origin.reply(205, "not to be", "cache-control", "no-store");
    assertThat(origin.get("/a").body).hasToString("");
  }

  @Test
  void whatIsPutHasNone() {
    HttpResponse head = TestOrigin.response(205, "not to be", "cache-control", "max-age=60");
    assertThat(
            origin
                .cache
                .put(origin.request(HttpMethod.GET, "/a"), head, null)
                .toCompletableFuture()
                .join())
        .isNotNull();
    Client client = origin.get("/a");
    assertThat(client.status()).isEqualTo(205);
    assertThat(client.body).hasToString("");
  }
}
