package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Client;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a 304, or the response to a {@code HEAD}, makes of what is stored. */
class FresheningTest {
  /** Header fields each of which says that a response is not for all. */
  private static final List<List<String>> NOT_FOR_ALL =
      List.of(
          List.of("set-cookie", "session=alice"),
          List.of("cache-control", "private, max-age=600"),
          List.of("cache-control", "no-store"),
          List.of("vary", "*"));

  @AutoClose private final TestOrigin origin = new TestOrigin();

  // Of a 304.

  @Test
  void aValidationThatIsNotForAllIsForWhomItWasAskedForAlone() {
    for (int i = 0; i < NOT_FOR_ALL.size(); i++) {
      String name = NOT_FOR_ALL.get(i).getFirst();
      String value = NOT_FOR_ALL.get(i).getLast();
      String target = "/" + i + "/a";
      origin.reply(200, "body", "etag", "\"v1\"", "cache-control", "max-age=1").get(target);
      origin.pass(5);
      Client alice = origin.get(target);
      Client bob = origin.get(target);
      assertThat(origin.waiting).as("bob waits for the same").hasSize(1);
      origin.answer(304, "etag", "\"v1\"", name, value);
      assertThat(alice.outcome()).isEqualTo(Outcome.REVALIDATED);
      assertThat(alice.body).hasToString("body");
      assertThat(alice.header(name)).isEqualTo(value);
      assertThat(bob.head).as(value).isNull();
      origin.answer(200, "etag", "\"v1\"", "cache-control", "max-age=60").end();
      assertThat(bob.status()).isEqualTo(200);
      assertThat(bob.header("set-cookie")).isNull();
      Client later = origin.reply(200, "new", "cache-control", "max-age=60").get(target);
      assertThat(later.body).as(value).hasToString("new");
      assertThat(later.header("set-cookie")).isNull();
    }
  }

  @Test
  void whatWasStoredWhileAnotherWasValidatedStays() {
    for (List<String> said : List.of(List.of("cache-control", "private"), List.of("vary", "a"))) {
      String target = "/" + said.getFirst();
      origin.reply(200, "old", "etag", "\"v1\"", "cache-control", "max-age=1").get(target);
      origin.pass(5);
      origin.get(target);
      origin.cache.put(
          origin.request(HttpMethod.GET, target),
          TestOrigin.response(200, "new", "cache-control", "max-age=60"),
          null);
      origin.answer(304, "etag", "\"v1\"", said.getFirst(), said.getLast());
      assertThat(origin.get(target).body).hasToString("new");
      origin.waiting.clear();
    }
  }

  @Test
  void aValidationBehindAnAnswerThatIsNotForAllEndsWhatIsStored() {
    origin
        .reply(
            200, "old", "etag", "\"v1\"", "cache-control", "max-age=1, stale-while-revalidate=60")
        .reply(304, "", "etag", "\"v1\"", "cache-control", "private, max-age=60")
        .reply(200, "new", "cache-control", "max-age=60");
    origin.get("/a");
    origin.pass(10);
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.STALE);
    assertThat(origin.get("/a").body).hasToString("new");
  }

  @Test
  void theStrictSwitchTakesOverACookie() {
    origin.policy = CachePolicy.builder().strict(true).build();
    origin
        .reply(200, "body", "etag", "\"v1\"", "cache-control", "max-age=1")
        .reply(304, "", "etag", "\"v1\"", "cache-control", "max-age=60", "set-cookie", "a=b");
    origin.get("/a");
    origin.pass(5);
    origin.get("/a");
    Client hit = origin.get("/a");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(hit.header("set-cookie")).isEqualTo("a=b");
  }

  @Test
  void aValidationThatMakesTheFieldsTooLongEndsWhatIsStored() {
    origin
        .reply(200, "body", "etag", "\"v1\"", "cache-control", "max-age=1")
        .reply(304, "", "cache-control", "max-age=60", "x-a", "a".repeat(150_000))
        .reply(304, "", "cache-control", "max-age=60", "x-b", "b".repeat(150_000))
        .reply(200, "new", "cache-control", "max-age=60");
    origin.get("/a");
    origin.pass(5);
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.REVALIDATED);
    origin.pass(70);
    Client last = origin.get("/a");
    assertThat(last.outcome()).isEqualTo(Outcome.REVALIDATED);
    assertThat(last.header("x-b")).hasSize(150_000);
    assertThat(origin.get("/a").body).hasToString("new");
  }

  @Test
  void aValidationUpdatesTheTypeAndNothingThatTellsOfTheBytes() {
    origin.reply(
        200,
        "body",
        "etag",
        "\"v1\"",
        "cache-control",
        "max-age=1",
        "content-type",
        "text/plain",
        "content-md5",
        "a",
        "content-length",
        "4");
    origin.get("/a");
    origin.pass(5);
    origin.reply(
        304,
        "",
        "etag",
        "\"v1\"",
        "cache-control",
        "max-age=60",
        "content-type",
        "text/plain;charset=utf-8",
        "content-md5",
        "b",
        "content-length",
        "9",
        "content-encoding",
        "br");
    origin.get("/a");
    Client hit = origin.get("/a");
    assertThat(hit.header("content-type")).isEqualTo("text/plain;charset=utf-8");
    assertThat(hit.header("content-md5")).isEqualTo("a");
    assertThat(hit.header("content-length")).isEqualTo("4");
    assertThat(hit.header("content-encoding")).isNull();
    Client same = origin.get("/a", "if-none-match", "\"v1\"");
    assertThat(same.status()).isEqualTo(304);
    assertThat(same.header("content-type")).as("for a cache in front").isNotNull();
  }

  @Test
  void aValidationWithATypeThatContradictsTheNameEndsWhatIsStored() {
    String[] css = {"etag", "\"v1\"", "cache-control", "max-age=1", "content-type", "text/css"};
    origin.reply(200, "body", css).get("/a.css");
    origin.pass(5);
    origin.reply(304, "", "etag", "\"v1\"", "content-type", "text/html");
    assertThat(origin.get("/a.css").outcome()).isEqualTo(Outcome.REVALIDATED);
    assertThat(origin.get("/a.css", "cache-control", "only-if-cached").failure).isNotNull();
  }

  @Test
  void aValidationThatAllowsWhicheverSiteAsksVariesByThat() {
    origin.reply(200, "x", "etag", "\"v1\"", "cache-control", "max-age=1").get("/a");
    origin.pass(5);
    String[] allowed = {
      "etag", "\"v1\"", "cache-control", "max-age=60", "access-control-allow-origin", "https://one"
    };
    origin.reply(304, "", allowed).reply(200, "x", allowed).reply(200, "y", allowed);
    assertThat(origin.get("/a", "origin", "https://one").header("vary")).isEqualTo("origin");
    origin.get("/a", "origin", "https://two");
    assertThat(origin.requests).as("is not given the first one's").hasSize(4);
  }

  // Of a HEAD.

  @Test
  void aHeadThatMayFreshenAsksForNothingThatIsNotInTheKey() {
    origin.reply(200, "body", "cache-control", "max-age=60").get("/a");
    origin.reply(200, "", "cache-control", "max-age=60");
    origin.send(
        HttpMethod.HEAD,
        "/%61?utm_source=ad",
        "cache-control",
        "no-cache",
        "x-forwarded-host",
        "evil.example");
    assertThat(origin.requests.getLast().method()).isEqualTo(HttpMethod.HEAD);
    assertThat(origin.requests.getLast().uri()).isEqualTo("/a");
    HttpHeaders sent = origin.requests.getLast().headers();
    assertThat(sent.names()).containsExactlyInAnyOrder("host", "cache-control");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void aHeadThatIsNotForAllFreshensNothing() {
    for (int i = 0; i < NOT_FOR_ALL.size(); i++) {
      String name = NOT_FOR_ALL.get(i).getFirst();
      String value = NOT_FOR_ALL.get(i).getLast();
      String target = "/" + i + "/a";
      origin.reply(200, "body", "cache-control", "max-age=60", "etag", "\"v1\"").get(target);
      origin.reply(200, "", name, value, "x-new", "1", "etag", "\"v1\"");
      Client alice = origin.send(HttpMethod.HEAD, target, "cache-control", "no-cache");
      assertThat(alice.header(name)).isEqualTo(value);
      origin.reply(304, "", "etag", "\"v1\"");
      Client bob = origin.get(target);
      assertThat(bob.outcome()).as(value).isEqualTo(Outcome.REVALIDATED);
      assertThat(bob.header("x-new")).isNull();
      assertThat(bob.header("set-cookie")).isNull();
      assertThat(bob.header("cache-control")).isEqualTo("max-age=60");
    }
  }

  @Test
  void aHeadOfOneWhoSaysWhoItIsOutdatesNothing() {
    origin.reply(200, "body", "cache-control", "max-age=60").get("/a");
    origin.reply(200, "", "cache-control", "private", "x-new", "1");
    origin.send(HttpMethod.HEAD, "/a", "cache-control", "no-cache", "authorization", "Basic bWU6");
    Client hit = origin.get("/a");
    assertThat(hit.outcome()).isEqualTo(Outcome.HIT);
    assertThat(hit.header("x-new")).isNull();
  }

  @Test
  void aHeadThatGoesToTheOriginAsItCameFreshensNothing() {
    List<List<String>> asItCame =
        List.of(
            List.of("cache-control", "no-store"),
            List.of("if-none-match", "\"v0\"", "cache-control", "no-cache"),
            List.of("if-match", "\"v1\""));
    for (int i = 0; i < asItCame.size(); i++) {
      String target = "/" + i;
      origin.reply(200, "body", "cache-control", "max-age=60", "etag", "\"v1\"").get(target);
      origin.reply(200, "", "cache-control", "max-age=60", "etag", "\"v1\"", "x-new", "evil");
      String[] fields = asItCame.get(i).toArray(String[]::new);
      Client head = origin.send(HttpMethod.HEAD, target, fields);
      assertThat(head.header("x-new")).isEqualTo("evil");
      assertThat(origin.requests.getLast().headers().get(fields[0])).isEqualTo(fields[1]);
      assertThat(origin.get(target).outcome()).isEqualTo(Outcome.HIT);
      assertThat(origin.get(target).header("x-new")).as(fields[0]).isNull();
    }
  }

  @Test
  void aHeadSaysHowOldItIs() {
    origin.reply(200, "body", "cache-control", "max-age=60").get("/a");
    origin.pass(70);
    origin.reply(200, "", "cache-control", "max-age=60", "age", "50");
    origin.send(HttpMethod.HEAD, "/a");
    assertThat(origin.get("/a").header("age")).isEqualTo("50");
    origin.pass(10);
    Client stale = origin.get("/a", "cache-control", "only-if-cached");
    assertThat(stale.failure).isNotNull();
  }

  @Test
  void aHeadOfWhatIsNotStoredGoesToTheOriginAsItCame() {
    origin.reply(200, "").send(HttpMethod.HEAD, "/a?utm_source=ad", "x-api-key", "k");
    assertThat(origin.requests.getLast().uri()).isEqualTo("/a?utm_source=ad");
    assertThat(origin.requests.getLast().headers().get("x-api-key")).isEqualTo("k");
  }

  // What it varies by.

  @Test
  void aValidationThatNamesMoreToVaryByHasItFetchedAnew() {
    String[] varied = {"etag", "\"v1\"", "cache-control", "max-age=60", "vary", "accept-language"};
    origin
        .reply(200, "en", "etag", "\"v1\"", "cache-control", "max-age=1")
        .reply(304, "", varied)
        .reply(200, "en", varied)
        .reply(200, "de", varied);
    origin.get("/a", "accept-language", "en");
    origin.pass(5);
    Client english = origin.get("/a", "accept-language", "en");
    assertThat(english.body).hasToString("en");
    assertThat(origin.requests.getLast().headers().contains("if-none-match")).isFalse();
    assertThat(origin.get("/a", "accept-language", "de").body).hasToString("de");
    assertThat(origin.get("/a", "accept-language", "en").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void aValidationThatNamesLessToVaryByChangesNoSelection() {
    String all = "accept-language, x-flavour";
    origin.reply(200, "en", "etag", "\"v1\"", "cache-control", "max-age=1", "vary", all);
    origin.get("/a", "accept-language", "en");
    for (String vary : List.of("x-flavour", all, "accept-language")) {
      origin.pass(5);
      origin.reply(304, "", "etag", "\"v1\"", "cache-control", "max-age=1", "vary", vary);
      Client english = origin.get("/a", "accept-language", "en");
      assertThat(english.outcome()).as(vary).isEqualTo(Outcome.REVALIDATED);
    }
    assertThat(origin.get("/a", "accept-language", "en").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void aHeadThatNamesMoreToVaryByHasItValidated() {
    origin.reply(200, "en", "cache-control", "max-age=60", "etag", "\"v1\"");
    origin.get("/a", "accept-language", "en");
    origin.reply(200, "", "cache-control", "max-age=60", "vary", "accept-language");
    origin.send(HttpMethod.HEAD, "/a", "cache-control", "no-cache");
    origin.reply(200, "de", "cache-control", "max-age=60", "vary", "accept-language");
    assertThat(origin.get("/a", "accept-language", "de").body).hasToString("de");
  }

  @Test
  void aValidatedVariantIsOnlyForThoseThatSelectIt() {
    origin
        .reply(200, "en", "cache-control", "max-age=60", "vary", "accept-language", "etag", "\"e\"")
        .reply(200, "none", "cache-control", "max-age=60", "vary", "x-flavour", "etag", "\"n\"")
        .reply(200, "mint", "cache-control", "max-age=60", "vary", "x-flavour", "etag", "\"m\"");
    origin.get("/a", "accept-language", "en");
    origin.get("/a", "accept-language", "de", "x-flavour", "mint");
    Client german = origin.get("/a", "accept-language", "de", "x-flavour", "lime");
    Client french = origin.get("/a", "accept-language", "fr", "x-flavour", "lime");
    assertThat(origin.waiting).as("both ask for the same flavour").hasSize(1);
    origin.answer(304, "etag", "\"e\"");
    assertThat(german.body).hasToString("en");
    assertThat(french.head).isNull();
    origin.answer(200, "cache-control", "max-age=60", "vary", "accept-language").end();
    assertThat(french.status()).isEqualTo(200);
    assertThat(french.outcome()).isEqualTo(Outcome.MISS);
  }

  @Test
  void whichSiteIsAllowedIsJudgedOnlyByWhatTheValidationSays() {
    String[] allowed = {
      "etag", "\"v1\"", "cache-control", "max-age=1", "access-control-allow-origin", "https://one"
    };
    origin.reply(200, "x", allowed).get("/a");
    origin.pass(5);
    origin.reply(304, "", "etag", "\"v1\"");
    assertThat(origin.get("/a", "origin", "https://one").header("vary")).isNull();
    origin.pass(5);
    origin.reply(304, "", allowed);
    assertThat(origin.get("/a", "origin", "https://one").header("vary")).isNull();
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  // Of another cache of the mesh.

  @Test
  void whatAnotherCacheAskedForBeforeTheAnswerWasHereMayBeOlder() {
    origin.get("/a");
    origin.pass(1);
    long meanwhile = now();
    origin.pass(1);
    TestOrigin.Body body = origin.answer(200, "cache-control", "max-age=1");
    body.send("new");
    body.end();
    origin.pass(5);
    origin
        .replyOfPeer(meanwhile, 200, "old", "cache-control", "max-age=60")
        .reply(200, "newest", "cache-control", "max-age=60");
    assertThat(origin.get("/a").body).hasToString("newest");
    assertThat(origin.insisted).isEqualTo(1);
  }

  @Test
  void theAnswerThatThisIsACopyOfIsNoOlder() {
    long asked = now();
    origin.replyOfPeer(asked, 200, "page", "cache-control", "max-age=1").get("/a");
    origin.pass(5);
    origin.replyOfPeer(asked, 200, "page", "cache-control", "max-age=60");
    assertThat(origin.get("/a").body).hasToString("page");
    assertThat(origin.insisted).isZero();
  }

  /** What the cache's clock says. */
  private long now() {
    return origin.cache.purge(Purge.of(Purge.Scope.TAG, "none")).stamp();
  }
}
