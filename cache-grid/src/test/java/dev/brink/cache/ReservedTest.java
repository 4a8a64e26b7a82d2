package dev.brink.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import dev.brink.cache.store.MemoryStore;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Fields that a response says are for nobody but whom it was fetched for. */
class ReservedTest {
  private static final List<String> DIRECTIVES =
      List.of("max-age=60, no-cache=\"X-Who, x-none\"", "max-age=60, private=\"x-who\"");

  @AutoClose private final TestOrigin origin = new TestOrigin();

  @Test
  void onlyWhoItWasFetchedForGetsThem() {
    for (String directives : DIRECTIVES) {
      String target = "/" + directives.length();
      Client alice = origin.get(target);
      Client bob = origin.get(target);
      Body body =
          origin.answer(
              200, "cache-control", directives, "x-who", "alice", "x-who", "al", "x-all", "1");
      Client late = origin.get(target);
      body.send("body");
      body.end();
      assertThat(requireNonNull(alice.head).headers().getAll("x-who"))
          .containsExactly("alice", "al");
      for (Client other : List.of(bob, late, origin.get(target))) {
        assertThat(other.header("x-who")).as(directives).isNull();
        assertThat(other.header("x-all")).isEqualTo("1");
        assertThat(other.body).hasToString("body");
      }
      assertThat(origin.get(target).outcome()).isEqualTo(Outcome.HIT);
    }
  }

  /** What a node does that is not the key's home, which {@link #origin} has the cache of. */
  private HttpCache.Running askHome(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Upstream.Listener listener) {
    return origin.cache.handle(
        new CacheRequest(request, "http", body, origin.policy),
        origin,
        new CacheListener() {
          @Override
          public boolean forPeer() {
            return true;
          }

          @Override
          public void onResponse(
              HttpResponse head, Flow.@Nullable Publisher<ByteBuf> from, CacheResult result) {
            listener.onResponse(head, from, result.stamp());
          }

          @Override
          public void onFailure(FetchFailure failure) {
            listener.onFailure(failure);
          }
        });
  }

  private Client at(HttpCache node, String target) {
    var client = new Client();
    var _ = node.handle(origin.request(HttpMethod.GET, target), this::askHome, client);
    return client;
  }

  private static HttpCache node() {
    return HttpCache.builder(MemoryStore.ofBytes(8 << 20))
        .time(() -> Instant.ofEpochMilli(1_800_000_000_000L))
        .build();
  }

  @Test
  void nobodyOfAnotherNodeGetsThemEither() {
    try (HttpCache one = node();
        HttpCache two = node()) {
      Client alice = at(one, "/a");
      Client amy = at(one, "/a");
      Client bob = at(two, "/a");
      Client carl = origin.get("/a");
      assertThat(origin.waiting).hasSize(1);
      Body body = origin.answer(200, "cache-control", DIRECTIVES.getFirst(), "x-who", "alice");
      body.send("body");
      body.end();
      assertThat(alice.header("x-who")).isEqualTo("alice");
      for (Client other : List.of(amy, bob, carl, at(one, "/a"), at(two, "/a"), origin.get("/a"))) {
        assertThat(other.body).hasToString("body");
        assertThat(other.header("x-who")).isNull();
      }
    }
  }

  @Test
  void whoeverStaysWhenThatOneHasLeftDoesNotGetThem() {
    var alice = new Client();
    HttpCache.Running running = origin.begin(alice, HttpMethod.GET, "/a");
    Client bob = origin.get("/a");
    running.cancel();
    origin.answer(200, "cache-control", DIRECTIVES.getFirst(), "x-who", "alice").end();
    assertThat(bob.status()).isEqualTo(200);
    assertThat(bob.header("x-who")).isNull();
  }

  @Test
  void aFetchBehindAnAnswerGivesThemToNobody() {
    String directives = "max-age=1, stale-while-revalidate=60, private=\"x-who\"";
    origin.reply(200, "old", "cache-control", directives, "x-who", "a").get("/a");
    origin.pass(5);
    origin.reply(200, "new", "cache-control", directives, "x-who", "b");
    assertThat(origin.get("/a").header("x-who")).isNull();
    Client hit = origin.get("/a");
    assertThat(hit.body).hasToString("new");
    assertThat(hit.header("x-who")).isNull();
  }

  @Test
  void thoseOfAValidationAreForWhoAskedForIt() {
    origin.reply(
        200,
        "body",
        "etag",
        "\"1\"",
        "cache-control",
        "max-age=1, no-cache=\"x-who\"",
        "x-who",
        "alice");
    origin.get("/a");
    origin.pass(5);
    Client bob = origin.get("/a");
    Client carol = origin.get("/a");
    origin.answer(304, "etag", "\"1\"", "x-who", "bob");
    assertThat(bob.header("x-who")).isEqualTo("bob");
    assertThat(bob.body).hasToString("body");
    assertThat(carol.body).hasToString("body");
    assertThat(carol.header("x-who")).isNull();
    assertThat(origin.get("/a", "cache-control", "max-stale").header("x-who")).isNull();
  }

  @Test
  void aPostThatBringsWhatAGetWouldHasThemForItself() {
    origin.reply(
        200,
        "made",
        "cache-control",
        DIRECTIVES.getFirst(),
        "content-location",
        "/a",
        "x-who",
        "a");
    assertThat(origin.send(HttpMethod.POST, "/a").header("x-who")).isEqualTo("a");
    Client hit = origin.get("/a");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(hit.header("x-who")).isNull();
  }

  @Test
  void whatIsForAllIsNotChangedByWhatIsNot() {
    String directives = "max-age=60, no-cache=\"age, cache-status, x-who\"";
    Client first =
        origin
            .reply(200, "a", "cache-control", directives, "age", "5", "cache-status", "x;hit")
            .get("/a");
    assertThat(first.header("age")).isEqualTo("5");
    assertThat(origin.get("/a").header("age")).isEqualTo("5");
  }
}
