package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import dev.brink.cache.store.MemoryStore;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is purged is not served, or only once it was validated. */
class PurgeTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  @Test
  void aPurgeHitsByUrlPrefixHostTagAndAll() {
    Purge.Scope[] scopes = Purge.Scope.values();
    String[] values = {
      "http://EXAMPLE.org/d/a?y=2&x=1", "example.org/d/", "example.org", "news", ""
    };
    for (int i = 0; i < scopes.length; i++) {
      origin.reply(200, "old", "cache-control", "max-age=60", "cache-tag", "sport, news");
      origin.get("/d/a?x=1&y=2");
      origin.cache.purge(Purge.of(scopes[i], values[i]));
      origin.reply(200, "new" + i, "cache-control", "max-age=60", "surrogate-key", "news other");
      assertThat(origin.get("/d/a?x=1&y=2").body).as(scopes[i].name()).hasToString("new" + i);
      assertThat(origin.get("/d/a?x=1&y=2").outcome()).isEqualTo(Outcome.HIT);
      origin.cache.purge(Purge.of(Purge.Scope.ALL, ""));
    }
  }

  @Test
  void aPurgeIsNotUndoneByAFetchThatBeganBefore() {
    origin.get("/a");
    origin.cache.purge(Purge.of(Purge.Scope.HOST, "example.org"));
    Client after = origin.get("/a");
    assertThat(origin.waiting).as("does not join the fetch from before").hasSize(2);
    Body before = origin.answer(200, "cache-control", "max-age=60");
    before.send("old");
    before.end();
    assertThat(after.head).isNull();
    Body fresh = origin.answer(200, "cache-control", "max-age=60");
    fresh.send("new");
    fresh.end();
    assertThat(after.body).hasToString("new");
    assertThat(origin.get("/a").body).hasToString("new");
  }

  @Test
  void whatAnotherCacheStillHasIsAskedOfTheSource() {
    for (Purge.Scope scope : new Purge.Scope[] {Purge.Scope.HOST, Purge.Scope.TAG}) {
      String name = scope == Purge.Scope.HOST ? "example.org" : "news";
      long stamp = origin.cache.purge(Purge.of(scope, name)).stamp();
      origin
          .replyOfPeer(stamp - 1, 200, "old", "cache-control", "max-age=60", "cache-tag", "news")
          .reply(200, "new", "cache-control", "max-age=60", "cache-tag", "news");
      assertThat(origin.get("/" + scope).body).hasToString("new");
      assertThat(origin.get("/" + scope).outcome()).isEqualTo(Outcome.HIT);
    }
    assertThat(origin.insisted).isEqualTo(2);
    long later = origin.cache.purge(Purge.of(Purge.Scope.ALL, "")).stamp();
    origin.pass(1);
    origin.replyOfPeer(later + 1, 200, "newer", "cache-control", "max-age=60");
    assertThat(origin.get("/later").body).hasToString("newer");
    assertThat(origin.insisted).isEqualTo(2);
  }

  @Test
  void whatAnotherCacheStillTakesForGoodIsValidatedAtTheSource() {
    origin.reply(200, "old", "cache-control", "max-age=60", "etag", "\"v1\"");
    origin.get("/a");
    long stamp = origin.cache.purge(new Purge(Purge.Scope.ALL, "", "", true, 0)).stamp();
    origin
        .replyOfPeer(stamp - 1, 304, "", "etag", "\"v1\"")
        .reply(200, "new", "cache-control", "max-age=60", "etag", "\"v2\"");
    assertThat(origin.get("/a").body).hasToString("new");
    assertThat(origin.requests.getLast().headers().get("if-none-match")).isEqualTo("\"v1\"");
    assertThat(origin.insisted).isEqualTo(1);
  }

  @Test
  void theSourceIsAskedWithoutConditionsWhereNothingStoredFits() {
    origin.source = false;
    origin.reply(200, "old", "cache-control", "max-age=60", "etag", "\"v1\"");
    origin.get("/a");
    long stamp = origin.cache.purge(new Purge(Purge.Scope.ALL, "", "", true, 0)).stamp();
    origin
        .replyOfPeer(stamp - 1, 304, "", "etag", "\"other\"")
        .replyOfPeer(stamp - 1, 200, "older", "cache-control", "max-age=60")
        .reply(200, "new", "cache-control", "max-age=60");
    assertThat(origin.get("/a").body).hasToString("new");
    assertThat(origin.requests.getLast().headers().contains("if-none-match")).isFalse();
    assertThat(origin.insisted).isEqualTo(1);
  }

  @Test
  void aSoftPurgeHasItValidated() {
    origin
        .reply(200, "old", "cache-control", "max-age=60", "etag", "\"v\"")
        .reply(304, "", "etag", "\"v\"");
    origin.get("/a");
    origin.cache.purge(new Purge(Purge.Scope.ALL, "", "", true, 0));
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.REVALIDATED);
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void aPurgeByAClockThatIsFarAheadHitsWhatIsThereAndNotWhatComes() {
    origin.reply(200, "old", "cache-control", "max-age=600").get("/a");
    long ahead = origin.cache.purge(Purge.of(Purge.Scope.TAG, "any")).stamp() + (600_000L << 16);
    origin.cache.purge(Purge.of(Purge.Scope.HOST, "example.org").at(ahead));
    origin.reply(200, "new", "cache-control", "max-age=600");
    assertThat(origin.get("/a").body).hasToString("new");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
    long soon = origin.cache.purge(Purge.of(Purge.Scope.TAG, "any")).stamp() + (30_000L << 16);
    assertThat(origin.cache.purge(Purge.of(Purge.Scope.ALL, "").at(soon)).stamp()).isEqualTo(soon);
    origin.reply(200, "newer", "cache-control", "max-age=600");
    assertThat(origin.get("/a").body).hasToString("newer");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void tooManyPurgesAreSummedUpWithoutLosingOne() {
    origin.reply(200, "old", "cache-control", "max-age=60", "etag", "\"v\"");
    origin.get("/a");
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "first"));
    for (int i = 0; i <= PurgeTable.MAX_PURGES; i++) {
      origin.cache.purge(Purge.of(Purge.Scope.TAG, "t" + i));
    }
    assertThat(origin.cache.stats().purges()).isLessThanOrEqualTo(PurgeTable.MAX_PURGES);
    origin.reply(200, "new", "cache-control", "max-age=60");
    assertThat(origin.get("/a").body).hasToString("new");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void aPurgedVariantIsNotBroughtBackByAValidationOfAllVariants() {
    String[] fields = {"etag", "\"v1\"", "cache-control", "max-age=60", "vary", "accept-language"};
    origin.reply(200, "bad", fields);
    origin.get("/a", "accept-language", "en");
    origin.cache.purge(Purge.of(Purge.Scope.URL, "example.org/a"));
    origin.reply(304, "", "etag", "\"v1\"").reply(200, "good", fields);
    assertThat(origin.get("/a", "accept-language", "en").body).hasToString("good");
    assertThat(origin.requests.getLast().headers().contains("if-none-match")).isFalse();
    Client hit = origin.get("/a", "accept-language", "en");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(hit.body).hasToString("good");
  }

  private Client part(String bytes, String body, String... more) {
    origin.reply(
        206,
        body,
        Stream.concat(
                Stream.of("etag", "\"v1\"", "cache-control", "max-age=60"),
                Stream.concat(
                    Stream.of("content-range", "bytes " + bytes + "/10"), Stream.of(more)))
            .toArray(String[]::new));
    return origin.get("/a", "range", "bytes=" + bytes);
  }

  @Test
  void aPurgedPartIsNotJoinedToANewOne() {
    part("0-3", "0123");
    origin.cache.purge(Purge.of(Purge.Scope.URL, "example.org/a"));
    part("4-7", "4567");
    assertThat(part("0-3", "abcd").body).hasToString("abcd");
    assertThat(origin.get("/a", "range", "bytes=0-7").body).hasToString("abcd4567");
  }

  @Test
  void aPurgedWholeIsInTheWayOfNoPart() {
    origin.reply(200, "old", "etag", "\"v1\"", "cache-control", "max-age=60").get("/a");
    origin.cache.purge(Purge.of(Purge.Scope.ALL, ""));
    part("4-7", "4567");
    Client again = origin.get("/a", "range", "bytes=4-7");
    assertThat(again.outcome()).isEqualTo(Outcome.HIT);
    assertThat(again.body).hasToString("4567");
  }

  @Test
  void joinedPartsAreHitByTheTagsOfEach() {
    part("0-3", "0123", "cache-tag", "first");
    part("4-7", "4567", "cache-tag", "second");
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "first"));
    assertThat(part("0-3", "abcd").body).hasToString("abcd");
  }

  @Test
  void whoComesAfterAPurgeByTagDoesNotGetWhatWasFetchedBefore() {
    Client before = origin.get("/a");
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "news"));
    Client after = origin.get("/a");
    Client another = origin.get("/a");
    assertThat(origin.waiting).as("the tags are not known yet").hasSize(1);
    Body old = origin.answer(200, "cache-control", "max-age=60", "cache-tag", "news");
    old.send("old");
    old.end();
    assertThat(before.body).hasToString("old");
    assertThat(after.head).isNull();
    assertThat(another.head).isNull();
    assertThat(origin.waiting).as("they share one fetch").hasSize(1);
    Body fresh = origin.answer(200, "cache-control", "max-age=60", "cache-tag", "news");
    fresh.send("new");
    fresh.end();
    assertThat(after.body).hasToString("new");
    assertThat(another.body).hasToString("new");
  }

  @Test
  void whoCameBeforeAPurgeByTagGetsWhatHasBeenOnItsWay() {
    List<Client> before = herd();
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "news"));
    answerAll("old");
    assertThat(before).allSatisfy(client -> assertThat(client.body).hasToString("old"));
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void whoComesAfterAPurgeByTagLooksAgainOnceHoweverManyPurgesFollow() {
    Client first = origin.get("/a");
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "news"));
    List<Client> after = herd();
    answerAll("old");
    assertThat(first.body).hasToString("old");
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "news"));
    answerAll("new");
    assertThat(after).allSatisfy(client -> assertThat(client.body).hasToString("new"));
    assertThat(origin.requests).hasSize(2);
  }

  private List<Client> herd() {
    return Stream.generate(() -> origin.get("/a")).limit(20).toList();
  }

  private void answerAll(String text) {
    for (int waiting = origin.waiting.size(); waiting > 0; waiting--) {
      Body body = origin.answer(200, "cache-control", "max-age=60", "cache-tag", "news");
      body.send(text);
      body.end();
    }
  }

  @Test
  void whoComesAfterAPurgeByTagDoesNotWaitForAValidationFromBefore() {
    String[] fields = {"etag", "\"v1\"", "cache-control", "max-age=1", "cache-tag", "news"};
    origin.reply(200, "old", fields).get("/a");
    origin.pass(5);
    Client before = origin.get("/a");
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "news"));
    Client after = origin.get("/a");
    assertThat(origin.waiting).hasSize(2);
    origin.answer(304, "etag", "\"v1\"");
    assertThat(before.body).hasToString("old");
    assertThat(after.head).isNull();
    Body fresh = origin.answer(200, "cache-control", "max-age=60");
    fresh.send("new");
    fresh.end();
    assertThat(after.body).hasToString("new");
  }

  @Test
  void whatWasPurgedWhileItWasValidatedIsNotServedOnAnError() {
    origin.reply(200, "old", "cache-control", "max-age=1, stale-if-error=60", "cache-tag", "news");
    origin.get("/a");
    origin.pass(5);
    Client failed = origin.get("/a");
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "news"));
    origin.fail(502);
    assertThat(failed.head).isNull();
    assertThat(failed.failure).isNotNull();
  }

  private Client post(Runnable meanwhile) {
    origin.send(HttpMethod.POST, "/a");
    meanwhile.run();
    Body body =
        origin.answer(
            200, "cache-control", "max-age=60", "content-location", "/a", "cache-tag", "news");
    body.send("old");
    body.end();
    return origin.reply(200, "new", "cache-control", "max-age=60").get("/a");
  }

  @Test
  void whatAPostHasBroughtIsNotStoredIfItWasOutdatedMeanwhile() {
    assertThat(post(() -> origin.cache.purge(Purge.of(Purge.Scope.ALL, ""))).body)
        .hasToString("new");
    assertThat(post(() -> origin.cache.purge(Purge.of(Purge.Scope.TAG, "news"))).body)
        .hasToString("new");
    assertThat(post(() -> origin.cache.invalidate("", List.of("example.org/a"))).body)
        .hasToString("new");
  }

  @Test
  void whatAPostHasBroughtIsHitByAPurgeFromBeforeThatIsHeardLater() {
    long[] stamp = new long[1];
    Client hit = post(() -> stamp[0] = origin.cache.purge(Purge.of(Purge.Scope.TAG, "x")).stamp());
    assertThat(hit.body).hasToString("old");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    origin.cache.purge(Purge.of(Purge.Scope.URL, "example.org/a").at(stamp[0]));
    assertThat(origin.get("/a").body).hasToString("new");
  }

  @Test
  void aPurgeByUrlHitsWhatIsStoredUnderOtherRulesForTheQuery() {
    String url = "example.org/a?utm_source=ad&b=1&a=2";
    for (QueryRule rule :
        List.of(
            QueryRule.ALL,
            QueryRule.VERBATIM,
            new QueryRule(QueryRule.Mode.ALL, List.of(), false))) {
      origin.policy = CachePolicy.builder().space(rule.toString()).query(rule).build();
      origin.reply(200, "old", "cache-control", "max-age=60");
      origin.get("/a?utm_source=ad&b=1&a=2");
      origin.cache.purge(Purge.of(Purge.Scope.URL, url));
      origin.reply(200, "new", "cache-control", "max-age=60");
      assertThat(origin.get("/a?utm_source=ad&b=1&a=2").body)
          .as(rule.toString())
          .hasToString("new");
    }
  }

  @Test
  void whatAPurgeReturnsPurgesTheSameElsewhere() {
    Purge returned =
        origin.cache.purge(Purge.of(Purge.Scope.URL, "http://Example.org/%61?b=1&a=2"));
    try (var other = new TestOrigin()) {
      other.policy = CachePolicy.builder().query(QueryRule.VERBATIM).build();
      other.reply(200, "old", "cache-control", "max-age=60").get("/a?b=1&a=2");
      other.cache.purge(returned.at(0));
      other.reply(200, "new", "cache-control", "max-age=60");
      assertThat(other.get("/a?b=1&a=2").body).hasToString("new");
    }
  }

  @Test
  void aPurgeOfAUrlHitsItHoweverItsQueryIsEscaped() {
    for (String purged : List.of("example.org/a?b=%7e", "example.org/a?%62=~")) {
      origin.reply(200, "old", "cache-control", "max-age=60").get("/a?b=%7E");
      origin.cache.purge(Purge.of(Purge.Scope.URL, purged));
      origin.reply(200, "new", "cache-control", "max-age=60");
      assertThat(origin.get("/a?b=%7E").body).as(purged).hasToString("new");
      origin.cache.purge(Purge.of(Purge.Scope.ALL, ""));
    }
    origin.policy = CachePolicy.builder().query(QueryRule.VERBATIM).build();
    origin.reply(200, "old", "cache-control", "max-age=60").get("/a?b=%7e");
    origin.cache.purge(Purge.of(Purge.Scope.URL, "example.org/a?b=%7e"));
    origin.reply(200, "new", "cache-control", "max-age=60");
    assertThat(origin.get("/a?b=%7e").body).hasToString("new");
  }

  private boolean hits(String prefix, String target) {
    origin.cache.purge(Purge.of(Purge.Scope.ALL, ""));
    origin.reply(200, "old", "cache-control", "max-age=60").get(target);
    origin.cache.purge(Purge.of(Purge.Scope.PREFIX, prefix));
    return origin.get(target, "cache-control", "only-if-cached").outcome() != Outcome.HIT;
  }

  @Test
  void aPrefixIsBroughtToNormalForm() {
    assertThat(hits("example.org/caf%c3%a9/", "/caf%c3%a9/x")).isTrue();
    assertThat(hits("example.org/caf%c3%a", "/caf%C3%A9/x")).isTrue();
    assertThat(hits("example.org/caf%c", "/caf%C3%A9/x")).isTrue();
    assertThat(hits("example.org/caf%", "/caf%C3%A9/x")).isTrue();
    assertThat(hits("http://Example.org/%7Ea", "/~a/b")).isTrue();
    assertThat(hits("example.org/~a", "/%7ea/b")).isTrue();
    assertThat(hits("example.org/x/../a/./b", "/a/bc")).isTrue();
    assertThat(hits("example.org/.", "/.well-known/x")).isTrue();
    assertThat(hits("example.org/a/.", "/a/b")).as("what begins with a dot").isFalse();
    assertThat(hits("example.org/a/..", "/a")).isFalse();
    assertThat(hits("example.org/%7Ea?b=%7E", "/~a?b=%7E1")).isTrue();
    assertThat(hits("example.org/a?b=%7e", "/a?%62=~1")).isTrue();
    assertThat(hits("example.org/a?b=%c", "/a?b=%c3%a9")).isTrue();
    assertThat(hits("example.org/a?", "/a?b")).isTrue();
    assertThat(hits("example.org/a?b=%26", "/a?b=&")).isFalse();
    origin.policy = CachePolicy.builder().query(QueryRule.VERBATIM).build();
    assertThat(hits("example.org/a?b=%7e", "/a?b=%7e1")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "URL, example.org",
    "URL, /a",
    "PREFIX, /a",
    "URL, http://example.org",
    "URL, http://:80/a",
    "HOST, http://",
    "TAG, ''"
  })
  void aPurgeThatNamesNothingCannotBeMade(Purge.Scope scope, String value) {
    assertThatThrownBy(() -> Purge.of(scope, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("value: " + value + " (expected: ");
  }

  @ParameterizedTest
  @CsvSource({
    "URL, HTTP://Example.ORG:80/%7e?b=%7e, example.org/~?b=%7e",
    "URL, https://h:443/x, h/x",
    "URL, https://h:80/x, h:80/x",
    "URL, http://h:443/x, h:443/x",
    "URL, h:80/x, h:80/x",
    "URL, H.:8080/x/../%, h:8080/%25",
    "PREFIX, https://h:80/%c, h:80/%C",
    "PREFIX, https://H:8, h:8",
    "PREFIX, http://h./a/.., h/a/..",
    "HOST, https://h.:80, h:80",
    "HOST, http://[::1]:80, [::1]",
    "TAG, https://h:80/X, https://h:80/X"
  })
  void whatAPurgeNamesIsInNormalFormAndStaysAsItIs(Purge.Scope scope, String value, String normal) {
    assertThat(Purge.of(scope, value).value()).isEqualTo(normal);
    assertThat(Purge.of(scope, normal).value()).isEqualTo(normal);
  }

  /** It is the port of the other scheme, of which other nodes are not told. */
  @ParameterizedTest
  @CsvSource({
    "URL, https://h:80/a, https, h:80",
    "URL, https://h:80/a?b, https, h:80",
    "URL, h:80/a, http, h:80",
    "URL, h:443/a, https, h:443",
    "URL, http://h:443/a, http, h:443",
    "PREFIX, https://h:80/, https, h:80",
    "PREFIX, https://h:80/a?, https, h:80",
    "HOST, https://h:80, https, h:80"
  })
  void aPurgeHitsWhateverThePortAlsoElsewhere(
      Purge.Scope scope, String value, String scheme, String host) {
    origin.policy = CachePolicy.builder().query(QueryRule.VERBATIM).build();
    Purge told = Purge.of(scope, value);
    for (int i = 0; i < 3; i++) {
      CacheRequest request = origin.request(HttpMethod.GET, value.endsWith("?b") ? "/a?b" : "/a?c");
      if (!value.contains("?")) {
        request.request().setUri("/a");
      }
      request.request().headers().set("host", host);
      var asked = new CacheRequest(request.request(), scheme, null, origin.policy);
      origin.reply(200, "page" + i, "cache-control", "max-age=60");
      var client = new Client();
      var _ = origin.cache.handle(asked, origin, client);
      assertThat(client.body).hasToString("page" + i);
      told = origin.cache.purge(told.at(0));
    }
  }

  /** As other nodes get it, which is without its scheme. */
  @Test
  void aUrlInAQueryIsNotTheScheme() {
    origin.reply(200, "one", "cache-control", "max-age=60");
    origin.reply(200, "two", "cache-control", "max-age=60");
    origin.get("/go?to=http://b.example/c");
    var _ = origin.cache.purge(Purge.of(Purge.Scope.URL, "example.org/go?to=http://b.example/c"));
    assertThat(origin.get("/go?to=http://b.example/c").body).hasToString("two");
  }

  @Test
  void twoCachesStampsHaveAnOrderWithinAMillisecond() {
    try (HttpCache one = cacheAt(100_200_000);
        HttpCache other = cacheAt(100_800_000)) {
      Purge all = Purge.of(Purge.Scope.ALL, "");
      for (int i = 0; i < 100; i++) {
        one.purge(all);
      }
      assertThat(other.purge(all).stamp()).isGreaterThan(one.purge(all).stamp());
    }
  }

  private static HttpCache cacheAt(int nanos) {
    return HttpCache.builder(MemoryStore.ofBytes(1 << 20))
        .time(() -> Instant.ofEpochSecond(1_800_000_000, nanos))
        .build();
  }
}
