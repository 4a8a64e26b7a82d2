package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a request says of how fresh it wants its response. */
class RequestDirectivesTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  @Test
  void aReloadDoesNotHaveWhatIsImmutableValidated() {
    origin.reply(200, "one", "cache-control", "max-age=60, immutable", "etag", "\"1\"").get("/a");
    origin.pass(10);
    assertThat(origin.get("/a", "cache-control", "max-age=0").outcome()).isEqualTo(Outcome.HIT);
    assertThat(origin.get("/a", "cache-control", "max-age=5").outcome()).isEqualTo(Outcome.HIT);
    origin.reply(304, "", "etag", "\"1\"");
    assertThat(origin.get("/a", "cache-control", "no-cache").outcome())
        .isEqualTo(Outcome.REVALIDATED);
    origin.pass(60);
    origin.reply(304, "", "etag", "\"1\"");
    assertThat(origin.get("/a", "cache-control", "max-age=0").outcome())
        .isEqualTo(Outcome.REVALIDATED);
    origin.cache.purge(new Purge(Purge.Scope.ALL, "", "", true, 0));
    origin.reply(304, "", "etag", "\"1\"");
    assertThat(origin.get("/a", "cache-control", "max-age=0").outcome())
        .isEqualTo(Outcome.REVALIDATED);
  }

  @Test
  void aRequestMayTakeWhatIsStaleInsteadOfAnError() {
    String[] fields = {"cache-control", "max-age=1, stale-if-error=0", "etag", "\"1\""};
    origin.reply(200, "kept", fields).get("/a");
    origin.pass(10);
    origin.reply(503, "busy").reply(0, "").reply(503, "busy").reply(503, "busy");
    Client client = origin.get("/a", "cache-control", "stale-if-error=60");
    assertThat(client.body).hasToString("kept");
    assertThat(client.outcome()).isEqualTo(Outcome.STALE);
    assertThat(origin.get("/a", "cache-control", "stale-if-error=60").body).hasToString("kept");
    assertThat(origin.get("/a", "cache-control", "stale-if-error=5").status()).isEqualTo(503);
    assertThat(origin.get("/a").status()).isEqualTo(503);
  }

  @Test
  void whoDoesNotTakeWhatIsStaleGetsTheErrorOfTheFetchThatIsShared() {
    String[] fields = {"cache-control", "max-age=1, stale-if-error=0", "etag", "\"1\""};
    origin.reply(200, "kept", fields).get("/a");
    origin.pass(10);
    Client takes = origin.get("/a", "cache-control", "stale-if-error=60");
    Client leaves = origin.get("/a");
    assertThat(origin.waiting).hasSize(1);
    origin.fail(502);
    assertThat(takes.body).hasToString("kept");
    assertThat(leaves.failure).isNotNull();
    Client leader = origin.get("/a");
    Client other = origin.get("/a", "cache-control", "stale-if-error=60");
    Client another = origin.get("/a");
    Body body = origin.answer(503);
    assertThat(other.body).hasToString("kept");
    assertThat(leader.status()).isEqualTo(503);
    assertThat(another.head).as("asks for itself").isNull();
    body.end();
    assertThat(origin.waiting).hasSize(1);
  }

  @Test
  void noRequestTakesWhatMustBeValidatedInsteadOfAnError() {
    origin.reply(200, "kept", "cache-control", "max-age=1, must-revalidate").get("/a");
    origin.pass(10);
    origin.reply(503, "busy");
    assertThat(origin.get("/a", "cache-control", "stale-if-error=60").status()).isEqualTo(503);
  }

  @Test
  void whatIsGivenInsteadOfAnErrorStaysUntilItIsGiven() {
    String text = "kept".repeat(100_000);
    origin.reply(200, text, "cache-control", "max-age=1, stale-if-error=0", "etag", "\"1\"");
    origin.get("/a");
    origin.pass(10);
    List<HttpCache.Running> others = new ArrayList<>();
    var takes =
        new Client() {
          @Override
          public void onResponse(
              HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
            others.forEach(HttpCache.Running::cancel);
            origin.cache.remove(origin.request(HttpMethod.GET, "/a"));
            super.onResponse(head, body, result);
          }
        };
    var _ = origin.begin(takes, HttpMethod.GET, "/a", "cache-control", "stale-if-error=60");
    Client next = origin.get("/a", "cache-control", "stale-if-error=60");
    others.add(origin.begin(new Client(), HttpMethod.GET, "/a"));
    origin.fail(502);
    assertThat(takes.body).hasToString(text);
    assertThat(next.body).hasToString(text);
    assertThat(origin.cache.storeStats().objects()).isZero();
  }
}
