package dev.brink.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import io.netty.handler.codec.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class HttpCacheTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  // Fresh and stale.

  @Test
  void servesWhatIsFreshAndAsksAgainWhenItIsNot() {
    origin.reply(200, "one", "cache-control", "max-age=60", "x-a", "1").reply(200, "two");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.MISS);
    origin.pass(59);
    Client hit = origin.get("/a");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(hit.body).hasToString("one");
    assertThat(hit.header("age")).isEqualTo("59");
    assertThat(hit.header("x-a")).isEqualTo("1");
    assertThat(hit.header("cache-status")).isEqualTo("brink;hit;ttl=1");
    origin.pass(1);
    assertThat(origin.get("/a").body).hasToString("two");
    assertThat(origin.requests).hasSize(2);
  }

  @Test
  void anAgeBeyondAllNumbersIsOld() {
    origin.reply(200, "one", "cache-control", "max-age=60", "age", "18446744073709551611");
    origin.reply(200, "two", "cache-control", "max-age=60");
    origin.get("/a");
    assertThat(origin.get("/a").body).hasToString("two");
  }

  @Test
  void aLengthOfNoContentIsDropped() {
    origin.reply(204, "", "cache-control", "max-age=60", "content-length", "5");
    for (Outcome outcome : List.of(Outcome.MISS, Outcome.HIT)) {
      Client client = origin.get("/a");
      assertThat(client.outcome()).isEqualTo(outcome);
      assertThat(client.status()).isEqualTo(204);
      assertThat(client.header("content-length")).isNull();
    }
  }

  @Test
  void validatesWithBothValidatorsAndTakesOverTheFieldsOfA304() {
    origin
        .reply(
            200,
            "body",
            "etag",
            "\"v1\"",
            "last-modified",
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "cache-control",
            "max-age=1",
            "content-type",
            "text/plain")
        .reply(304, "", "etag", "\"v1\"", "cache-control", "max-age=60", "x-new", "yes");
    origin.get("/a");
    origin.pass(5);
    Client validated = origin.get("/a");
    assertThat(validated.outcome()).isEqualTo(Outcome.REVALIDATED);
    assertThat(validated.status()).isEqualTo(200);
    assertThat(validated.body).hasToString("body");
    assertThat(validated.header("x-new")).isEqualTo("yes");
    assertThat(origin.requests.getLast().headers().get("if-none-match")).isEqualTo("\"v1\"");
    assertThat(origin.requests.getLast().headers().get("if-modified-since"))
        .isEqualTo("Sun, 06 Nov 1994 08:49:37 GMT");
    Client hit = origin.get("/a");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(hit.header("content-type")).isEqualTo("text/plain");
  }

  @Test
  void servesStaleWhileItIsRevalidatedWithoutAnybodyWaiting() {
    origin.reply(200, "old", "cache-control", "max-age=1, stale-while-revalidate=60");
    origin.get("/a");
    origin.pass(10);
    Client stale = origin.get("/a");
    assertThat(stale.outcome()).isEqualTo(Outcome.STALE);
    assertThat(stale.body).hasToString("old");
    assertThat(origin.get("/a").body).hasToString("old");
    assertThat(origin.waiting).as("one refresh, nobody waits").hasSize(1);
    Body body = origin.answer(200, "cache-control", "max-age=60");
    body.send("new");
    body.end();
    assertThat(origin.get("/a").body).hasToString("new");
  }

  @Test
  void servesStaleOnAnErrorUnlessForbidden() {
    origin
        .reply(200, "kept", "cache-control", "max-age=1, stale-if-error=60")
        .reply(503, "busy")
        .reply(0, "")
        .reply(200, "strict", "cache-control", "max-age=1, must-revalidate")
        .reply(503, "busy");
    origin.get("/a");
    origin.pass(10);
    assertThat(origin.get("/a").body).hasToString("kept");
    assertThat(origin.get("/a").body).hasToString("kept");
    origin.get("/b");
    origin.pass(10);
    assertThat(origin.get("/b").status()).isEqualTo(503);
  }

  @Test
  void heedsTheClientsDirectives() {
    origin.reply(200, "one", "cache-control", "max-age=60");
    origin.get("/a");
    origin.pass(10);
    origin.reply(200, "two", "cache-control", "max-age=60");
    assertThat(origin.get("/a", "cache-control", "max-age=5").body).hasToString("two");
    origin.reply(200, "three", "cache-control", "max-age=60");
    assertThat(origin.get("/a", "cache-control", "no-cache").body).hasToString("three");
    assertThat(origin.get("/a", "cache-control", "only-if-cached").body).hasToString("three");
    origin.pass(70);
    assertThat(origin.get("/a", "cache-control", "max-stale=20").body).hasToString("three");
    Client none = origin.get("/b", "cache-control", "only-if-cached");
    assertThat(none.failure).isNotNull().extracting(FetchFailure::status).isEqualTo(504);
  }

  @Test
  void answersConditionsFromWhatIsStored() {
    origin.reply(
        200, "body", "etag", "\"v1\"", "cache-control", "max-age=60", "content-type", "text/plain");
    Client first = origin.get("/a", "if-none-match", "\"other\"");
    assertThat(first.status()).isEqualTo(200);
    assertThat(origin.requests.getLast().headers().contains("if-none-match")).isFalse();
    Client same = origin.get("/a", "if-none-match", "\"x\", W/\"v1\"");
    assertThat(same.status()).isEqualTo(304);
    assertThat(same.body).isEmpty();
    assertThat(same.header("etag")).isEqualTo("\"v1\"");
    assertThat(same.header("content-length")).isNull();
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void guessesByLastModifiedButNotForPersonalRequests() {
    String modified = "Sun, 06 Nov 1994 08:49:37 GMT";
    origin.reply(200, "x", "last-modified", modified).reply(200, "y", "last-modified", modified);
    origin.get("/a");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
    origin.get("/b", "cookie", "session=1");
    origin.reply(304, "");
    assertThat(origin.get("/b").outcome()).isEqualTo(Outcome.REVALIDATED);
  }

  // What is not stored.

  @Test
  void doesNotStoreWhatIsPrivatePersonalOrDeceiving() {
    String fresh = "max-age=60";
    origin
        .reply(200, "1", "cache-control", "private, max-age=60")
        .reply(200, "2", "cache-control", "no-store, max-age=60")
        .reply(200, "3", "cache-control", fresh, "set-cookie", "a=b")
        .reply(200, "4", "cache-control", fresh, "content-type", "text/html")
        .reply(200, "5", "cache-control", fresh)
        .reply(200, "6", "cache-control", fresh, "vary", "*");
    for (String target : List.of("/1", "/2", "/3", "/account/4.css")) {
      assertThat(origin.get(target).result)
          .isNotNull()
          .extracting(CacheResult::stored)
          .isEqualTo(false);
    }
    assertThat(origin.get("/5", "authorization", "Basic x").outcome()).isEqualTo(Outcome.BYPASS);
    assertThat(origin.get("/6").outcome()).isEqualTo(Outcome.BYPASS);
    assertThat(origin.cache.storeStats().objects()).isZero();
  }

  @Test
  void theStrictSwitchLeavesItToTheRfc() {
    origin.policy = CachePolicy.builder().strict(true).build();
    origin.reply(200, "x", "cache-control", "max-age=60", "set-cookie", "a=b");
    origin.get("/a", "x-forwarded-host", "evil.example");
    assertThat(origin.requests.getLast().headers().get("x-forwarded-host"))
        .isEqualTo("evil.example");
    Client hit = origin.get("/a");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(hit.header("set-cookie")).isEqualTo("a=b");
  }

  @Test
  void anOriginSeesNothingThatIsNotInTheKey() {
    origin.reply(200, "x", "cache-control", "max-age=60");
    origin.get(
        "/a/./b/../%7Ec?z=1&utm_source=ad&a=2",
        "x-forwarded-host", "evil.example", "x-original-url", "/admin");
    assertThat(origin.requests.getLast().uri()).isEqualTo("/a/~c?a=2&z=1");
    assertThat(origin.requests.getLast().headers().names()).containsExactlyInAnyOrder("host");
    assertThat(origin.get("/a/~c?a=2&z=1&fbclid=1").outcome()).isEqualTo(Outcome.HIT);
    assertThat(origin.get("/a/~c?a=3&z=1").outcome()).isNull();
  }

  @Test
  void escapesInAQueryAreInNormalForm() {
    origin.reply(200, "x", "cache-control", "max-age=60");
    origin.get("/a?%62=%7e&%61=%c3%a9%26%3d%2b%23%25+&%75tm_source=ad&c=100%");
    assertThat(origin.requests.getLast().uri())
        .isEqualTo("/a?a=%C3%A9%26%3D%2B%23%25+&b=~&c=100%25");
    assertThat(origin.get("/a?a=%C3%A9%26%3D%2B%23%25+&b=~&c=100%25").outcome())
        .isEqualTo(Outcome.HIT);
    assertThat(origin.get("/a?b=%7E&a=%C3%a9%26%3D%2b%23%25+&c=100%&%66bclid=1").outcome())
        .isEqualTo(Outcome.HIT);
    for (String other : List.of("/a?a=%C3%A9&=%2B%23%25+&b=~&c=100%25", "/a?a=%C3%A9%26%3D+")) {
      assertThat(origin.get(other, "cache-control", "only-if-cached").failure).isNotNull();
    }
  }

  @Test
  void aRuleForTheQueryKnowsItsNamesHoweverTheyAreWritten() {
    origin.policy =
        CachePolicy.builder()
            .query(new QueryRule(QueryRule.Mode.EXCEPT, List.of("session", "t%72ace*"), false))
            .build();
    origin.reply(200, "x", "cache-control", "max-age=60").get("/a?sess%69on=1&trac%65d=2&b=3");
    assertThat(origin.requests.getLast().uri()).isEqualTo("/a?b=3");
  }

  @Test
  void aQueryThatCountsAsItComesKeepsItsEscapes() {
    origin.policy = CachePolicy.builder().query(QueryRule.VERBATIM).build();
    origin.reply(200, "x", "cache-control", "max-age=60").get("/a?b=%7e&a");
    assertThat(origin.requests.getLast().uri()).isEqualTo("/a?b=%7e&a");
    assertThat(origin.get("/a?b=~&a", "cache-control", "only-if-cached").failure).isNotNull();
  }

  // Variants.

  @Test
  void keepsVariantsAndValidatesThemTogether() {
    origin.reply(
        200, "en", "cache-control", "max-age=60", "vary", "Accept-Language", "etag", "\"en\"");
    origin.reply(
        200, "de", "cache-control", "max-age=60", "vary", "accept-language", "etag", "\"de\"");
    origin.get("/a", "accept-language", "en");
    origin.get("/a", "accept-language", "de");
    assertThat(origin.requests.getLast().headers().get("if-none-match")).isEqualTo("\"en\"");
    assertThat(origin.get("/a", "accept-language", "EN").body).hasToString("en");
    origin.reply(304, "", "etag", "\"de\"");
    Client swiss = origin.get("/a", "accept-language", "de-CH");
    assertThat(swiss.body).hasToString("de");
    assertThat(origin.requests.getLast().headers().get("if-none-match"))
        .isEqualTo("\"de\", \"en\"");
    assertThat(origin.get("/a", "accept-language", "de-CH").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void aHeaderTheOriginVariesByIsForwardedOnceThatIsKnown() {
    origin.reply(200, "plain", "cache-control", "max-age=60", "vary", "x-flavour");
    origin.reply(200, "mint", "cache-control", "max-age=60", "vary", "x-flavour");
    Client mint = origin.get("/a", "x-flavour", "mint");
    assertThat(mint.body).hasToString("mint");
    assertThat(origin.requests.getFirst().headers().contains("x-flavour")).isFalse();
    assertThat(origin.requests.getLast().headers().get("x-flavour")).isEqualTo("mint");
    assertThat(origin.get("/a").body).hasToString("plain");
  }

  // Ranges.

  @Test
  void servesRangesOfAWhole() {
    origin.reply(200, "0123456789", "cache-control", "max-age=60", "content-digest", "sha-256=:x:");
    origin.get("/a");
    Client part = origin.get("/a", "range", "bytes=2-4");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.body).hasToString("234");
    assertThat(part.header("content-range")).isEqualTo("bytes 2-4/10");
    assertThat(part.header("content-digest")).isNull();
    assertThat(origin.get("/a", "range", "bytes=-3").body).hasToString("789");
    assertThat(origin.get("/a", "range", "bytes=20-").status()).isEqualTo(416);
    assertThat(origin.get("/a", "range", "bytes=2-4", "if-range", "\"no\"").status())
        .isEqualTo(200);
    Client several = origin.get("/a", "range", "bytes=0-1,8-9");
    assertThat(several.header("content-type")).startsWith("multipart/byteranges; boundary=");
    assertThat(several.body.toString())
        .contains("content-range: bytes 0-1/10\r\n\r\n01\r\n--")
        .contains("content-range: bytes 8-9/10\r\n\r\n89\r\n--");
    assertThat(several.header("content-length")).isEqualTo(Integer.toString(several.body.length()));
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void aDateThatMayBeOfTwoVersionsIsNoConditionForARange() {
    String modified = "Sun, 06 Nov 1994 08:49:37 GMT";
    String[][] dates = {
      {"/weak", "Sun, 06 Nov 1994 08:50:36 GMT", "200"},
      {"/strong", "Sun, 06 Nov 1994 08:50:37 GMT", "206"}
    };
    for (String[] each : dates) {
      origin.reply(
          200,
          "0123",
          "cache-control",
          "max-age=2000000000",
          "last-modified",
          modified,
          "date",
          each[1]);
      origin.get(each[0]);
      Client part = origin.get(each[0], "range", "bytes=1-2", "if-range", modified);
      assertThat(part.status()).as(each[0]).isEqualTo(Integer.parseInt(each[2]));
    }
    origin.reply(200, "0123", "cache-control", "max-age=60", "last-modified", modified);
    origin.get("/undated");
    assertThat(origin.get("/undated", "range", "bytes=1-2", "if-range", modified).status())
        .as("by when it came")
        .isEqualTo(206);
  }

  @Test
  void joinsPartsOfOneRepresentation() {
    String[] common = {"cache-control", "max-age=60", "etag", "\"v\""};
    origin
        .reply(206, "01234", with(common, "content-range", "bytes 0-4/10"))
        .reply(206, "789", with(common, "content-range", "bytes 7-9/10"))
        .reply(206, "456", with(common, "content-range", "bytes 4-6/10"));
    origin.get("/a", "range", "bytes=0-4");
    assertThat(origin.get("/a", "range", "bytes=1-2").body).hasToString("12");
    origin.get("/a", "range", "bytes=7-9");
    assertThat(origin.get("/a", "range", "bytes=-2").body).hasToString("89");
    origin.get("/a", "range", "bytes=4-6");
    Client whole = origin.get("/a");
    assertThat(whole.status()).isEqualTo(200);
    assertThat(whole.body).hasToString("0123456789");
    assertThat(origin.requests).hasSize(3);
  }

  private static String[] with(String[] headers, String... more) {
    List<String> all = new ArrayList<>(List.of(headers));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  // Other methods.

  @Test
  void aSlowClientsPartStaysItsOwnWhenItIsJoinedToOthers() {
    String[] first = {
      "cache-control", "max-age=60", "etag", "\"v1\"", "content-range", "bytes 0-3/10"
    };
    origin.reply(206, "0123", first);
    origin.get("/a", "range", "bytes=0-3");
    Client slow = new Client();
    slow.ask = 0;
    var _ = origin.begin(slow, HttpMethod.GET, "/a", "range", "bytes=4-7");
    Body body =
        origin.answer(
            206, "cache-control", "max-age=60", "etag", "\"v1\"", "content-range", "bytes 4-7/10");
    body.send("4567");
    body.end();
    requireNonNull(slow.subscription).request(1);
    assertThat(slow.body).hasToString("4567");
    Client both = origin.get("/a", "range", "bytes=2-5");
    assertThat(both.outcome()).isEqualTo(Outcome.HIT);
    assertThat(both.body).hasToString("2345");
  }

  @Test
  void anUnsafeRequestOutdatesWhatItChanged() {
    origin
        .reply(200, "a", "cache-control", "max-age=60")
        .reply(200, "b", "cache-control", "max-age=60")
        .reply(201, "", "location", "/b")
        .reply(200, "a2", "cache-control", "max-age=60")
        .reply(200, "b2", "cache-control", "max-age=60");
    origin.get("/a");
    origin.get("/b");
    origin.send(HttpMethod.POST, "/a");
    assertThat(origin.get("/a").body).hasToString("a2");
    assertThat(origin.get("/b").body).hasToString("b2");
    origin.reply(500, "");
    origin.send(HttpMethod.PUT, "/a");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void aPostThatBringsWhatAGetWouldIsStored() {
    origin.reply(200, "made", "cache-control", "max-age=60", "content-location", "/a");
    origin.send(HttpMethod.POST, "/a");
    assertThat(origin.get("/a").body).hasToString("made");
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void aHeadIsServedFromAGetAndFreshensIt() {
    origin.reply(200, "body", "cache-control", "max-age=1", "x-a", "1");
    origin.get("/a");
    Client head = origin.send(HttpMethod.HEAD, "/a");
    assertThat(head.body).isEmpty();
    assertThat(head.header("content-length")).isEqualTo("4");
    origin.pass(5);
    origin.reply(200, "", "cache-control", "max-age=60", "content-length", "4");
    origin.send(HttpMethod.HEAD, "/a");
    Client hit = origin.get("/a");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(hit.header("x-a")).isEqualTo("1");
  }

  // Freshness that others say.

  @Test
  void aTargetedFieldHasTheLastWord() {
    origin.reply(200, "x", "cache-control", "no-store", "cdn-cache-control", "max-age=60");
    origin.get("/a");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
    origin.reply(200, "y", "cache-control", "max-age=60", "cdn-cache-control", "no-store");
    origin.get("/b");
    assertThat(origin.get("/b").outcome()).isNull();
  }

  @Test
  void configuredTimesHoldWhereTheOriginSaysNothing() {
    origin.policy =
        CachePolicy.builder()
            .defaultTtl(Duration.ofSeconds(30))
            .negativeTtl(Duration.ofSeconds(5))
            .build();
    origin.reply(200, "x").reply(404, "no");
    origin.get("/a");
    origin.get("/b");
    origin.pass(4);
    assertThat(origin.get("/b").status()).isEqualTo(404);
    origin.pass(4);
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
    assertThat(origin.get("/b").outcome()).isNull();
  }

  @Test
  void whatAnUnsafeRequestHasOutdatedIsNotServedOnAnError() {
    String fresh = "max-age=3600, stale-if-error=60";
    origin.reply(200, "old", "cache-control", fresh, "etag", "\"v1\"").reply(204, "");
    origin.get("/a");
    origin.send(HttpMethod.PUT, "/a");
    origin.reply(503, "busy").reply(0, "").reply(304, "", "etag", "\"v1\"");
    assertThat(origin.get("/a").status()).isEqualTo(503);
    assertThat(origin.get("/a").failure).isNotNull();
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.REVALIDATED);
  }

  @Test
  void aHeadOfWhatIsStoredInPartIsAnsweredAsForTheWhole() {
    origin.reply(
        206,
        "0123",
        "etag",
        "\"v\"",
        "cache-control",
        "max-age=60",
        "content-range",
        "bytes 0-3/9");
    origin.get("/a", "range", "bytes=0-3");
    Client head = origin.send(HttpMethod.HEAD, "/a");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.outcome()).isEqualTo(Outcome.HIT);
    assertThat(head.header("content-length")).isEqualTo("9");
    assertThat(head.header("content-range")).isNull();
    assertThat(origin.requests).hasSize(1);
  }

  @Test
  void anotherCachesOlderAnswerDoesNotReplaceANewerOne() {
    long older = origin.cache.purge(Purge.of(Purge.Scope.TAG, "other")).stamp();
    origin.pass(100);
    origin.reply(200, "newer", "cache-control", "max-age=1").get("/a");
    origin.pass(100);
    origin.replyOfPeer(older, 200, "older", "cache-control", "max-age=600");
    origin.reply(200, "newest", "cache-control", "max-age=600");
    assertThat(origin.get("/a").body).hasToString("newest");
    assertThat(origin.insisted).isEqualTo(1);
  }
}
