package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Responses that are put into a cache and have no origin. */
class PutTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  @BeforeEach
  void manual() {
    origin.policy =
        CachePolicy.builder()
            .space("shop")
            .strict(true)
            .manual(true)
            .requestDirectives(false)
            .staleIfError(Duration.ZERO)
            .build();
  }

  private CacheRequest request(String path, String... headers) {
    return origin.request(HttpMethod.GET, path, headers);
  }

  private CompletableFuture<Change> put(String path, String body, String... headers) {
    return origin
        .cache
        .put(request(path), TestOrigin.response(200, body, headers), null)
        .toCompletableFuture();
  }

  private CompletableFuture<Change> putStreaming(String path, Body body) {
    var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set("cache-control", "max-age=60");
    return origin.cache.put(request(path), head, body).toCompletableFuture();
  }

  /** What is there; there is no origin to ask. */
  private Client match(String path, String... headers) {
    var client = new Client();
    var _ = origin.cache.handle(request(path, headers), PutTest::nothing, client);
    return client;
  }

  private static HttpCache.Running nothing(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Upstream.Listener listener) {
    listener.onFailure(new FetchFailure(404, "nothing is stored", null));
    return () -> {};
  }

  @Test
  void whatIsPutIsFoundUntilItIsStale() {
    Change change = put("/a", "one", "cache-control", "max-age=60", "x-a", "1").join();
    assertThat(change.found()).isTrue();
    assertThat(change.url()).isEqualTo("example.org/a");
    origin.pass(59);
    Client hit = match("/a");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(hit.body).hasToString("one");
    assertThat(hit.header("x-a")).isEqualTo("1");
    assertThat(hit.header("age")).isEqualTo("59");
    origin.pass(1);
    assertThat(match("/a").failure).isNotNull();
  }

  @Test
  void aPutTakesThePlaceOfTheOneBefore() {
    put("/a", "one", "cache-control", "max-age=60").join();
    put("/a", "two", "cache-control", "max-age=60").join();
    assertThat(match("/a").body).hasToString("two");
  }

  @Test
  void aStreamedResponseIsFoundWhenAllOfItHasCome() {
    put("/a", "one", "cache-control", "max-age=60").join();
    var body = new Body();
    var stored = putStreaming("/a", body);
    body.send("tw");
    assertThat(match("/a").body).hasToString("one");
    body.send("o");
    assertThat(stored).isNotDone();
    body.end();
    assertThat(stored).isCompleted();
    assertThat(match("/a").body).hasToString("two");
  }

  @Test
  void aResponseThatBreaksOffChangesNothing() {
    put("/a", "one", "cache-control", "max-age=60").join();
    var body = new Body();
    var stored = putStreaming("/a", body);
    body.send("tw");
    body.breakOff();
    assertThatThrownBy(stored::join).hasRootCauseMessage("broke off");
    assertThat(match("/a").body).hasToString("one");
  }

  @Test
  void oneThatTurnsOutTooLargeIsRefused() {
    var body = new Body();
    var stored = putStreaming("/a", body);
    String megabyte = "x".repeat(1 << 20);
    for (int i = 0; i < 9 && !stored.isDone(); i++) {
      body.send(megabyte);
    }
    assertReason(stored, "too-large");
    assertThat(body.cancelled).isTrue();
    assertThat(match("/a").failure).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cache-control | no-store | no-store",
        "cache-control | private | private",
        "cache-control | max-age=0 | no-freshness",
        "vary | * | vary",
        "set-cookie | a=b | set-cookie"
      })
  void whatMayNotBeStoredIsRefused(String name, String value, String reason) {
    var stored =
        name.equals("cache-control")
            ? put("/a", "x", name, value)
            : put("/a", "x", name, value, "cache-control", "max-age=60");
    assertReason(stored, reason);
    assertThat(match("/a").failure).isNotNull();
  }

  private static void assertReason(CompletableFuture<Change> stored, String reason) {
    assertThatThrownBy(stored::join)
        .isInstanceOf(CompletionException.class)
        .cause()
        .isInstanceOfSatisfying(
            NotStoredException.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  @Test
  void variantsAreSelectedByVary() {
    origin
        .cache
        .put(
            request("/a", "accept-language", "de"),
            TestOrigin.response(
                200, "Tag", "cache-control", "max-age=60", "vary", "accept-language"),
            null)
        .toCompletableFuture()
        .join();
    assertThat(match("/a", "accept-language", "de").body).hasToString("Tag");
    assertThat(match("/a", "accept-language", "fr").failure).isNotNull();
    assertThat(origin.cache.remove(request("/a")).toCompletableFuture().join().found()).isTrue();
    assertThat(match("/a", "accept-language", "de").failure).isNotNull();
  }

  @Test
  void whatIsRemovedIsGoneAndWhatWasNotThereIsSaidToBeSo() {
    put("/a", "one", "cache-control", "max-age=60").join();
    assertThat(origin.cache.remove(request("/a")).toCompletableFuture().join().found()).isTrue();
    assertThat(match("/a").failure).isNotNull();
    assertThat(origin.cache.remove(request("/a")).toCompletableFuture().join().found()).isFalse();
  }

  @Test
  void onlyPurgesOutdateItNotRequestsToItsUrl() {
    put("/a", "one", "cache-control", "max-age=60", "cache-tag", "news").join();
    origin.cache.invalidate("shop", List.of("example.org/a"));
    assertThat(match("/a").body).hasToString("one");
    origin.cache.purge(new Purge(Purge.Scope.TAG, "shop", "news", false, 0));
    assertThat(match("/a").failure).isNotNull();
  }

  @Test
  void itIsServedStaleWithinItsWindow() {
    put("/a", "one", "cache-control", "max-age=10, stale-while-revalidate=60").join();
    origin.pass(15);
    Client stale = match("/a");
    assertThat(stale.outcome()).isEqualTo(Outcome.STALE);
    assertThat(stale.header("cache-status")).isEqualTo("brink;hit;ttl=-5");
    origin.pass(60);
    assertThat(match("/a").failure).isNotNull();
  }

  /** A stamp of about now. */
  private long stamp() {
    return origin.cache.purge(Purge.of(Purge.Scope.TAG, "other")).stamp();
  }

  private void copies(String path, long putAt) {
    origin.replyOfPeer(putAt, 200, "kept", "cache-control", "max-age=60");
    assertThat(origin.get(path).body).hasToString("kept");
  }

  @Test
  void whatItsHomeStillHasIsKeptAgainAfterAllWasDroppedHere() {
    long put = stamp();
    origin.pass(1);
    copies("/a", put);
    origin.cache.dropAll();
    copies("/a", put);
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
    origin.cache.dropAll();
    origin.reply(0, "");
    assertThat(origin.get("/a").failure).isNotNull();
  }

  @Test
  void aPurgeThatIsHeardOfLateDoesNotHitWhatWasPutElsewhereSince() {
    put("/own", "own", "cache-control", "max-age=60").join();
    long before = stamp();
    origin.pass(1);
    long purged = stamp();
    origin.pass(1);
    long since = stamp();
    origin.pass(1);
    copies("/a", since);
    origin.cache.missed(Purge.of(Purge.Scope.HOST, "example.org").at(purged));
    copies("/a", since);
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
    assertThat(match("/own").failure).isNotNull();
    origin.replyOfPeer(before, 200, "purged", "cache-control", "max-age=60");
    var _ = origin.get("/b");
    origin.reply(0, "");
    assertThat(origin.get("/b").failure).as("of before the purge").isNotNull();
  }

  @Test
  void aChangeThatIsToldLateDoesNotRemoveWhatWasPutSince() {
    long before = stamp();
    put("/a", "new", "cache-control", "max-age=60").join();
    Change change = Change.of(request("/a"), true);
    origin.cache.changed(change.at(before));
    assertThat(match("/a").body).hasToString("new");
    origin.cache.changed(change.at(stamp()));
    assertThat(match("/a").failure).isNotNull();
  }

  @Test
  void aCopyIsOutdatedByAChangeElsewhereAndSoIsOneOnItsWay() {
    origin.reply(200, "copy", "cache-control", "max-age=60");
    assertThat(origin.get("/a").body).hasToString("copy");
    Client late = origin.get("/b");
    assertThat(late.head).isNull();
    for (String path : new String[] {"/a", "/b"}) {
      origin.cache.changed(
          new Change("shop", "example.org" + path, CacheKey.of(request(path)).key(), true));
    }
    Body body = origin.answer(200, "cache-control", "max-age=60");
    body.send("old");
    body.end();
    assertThat(late.body).as("asked before the change").hasToString("old");
    origin.reply(200, "new", "cache-control", "max-age=60");
    assertThat(origin.get("/a").body).hasToString("new");
    origin.reply(200, "new", "cache-control", "max-age=60");
    assertThat(origin.get("/b").body).hasToString("new");
    assertThat(origin.get("/b").outcome()).isEqualTo(Outcome.HIT);
  }
}
