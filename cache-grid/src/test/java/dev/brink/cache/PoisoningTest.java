package dev.brink.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Client;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What one client says that reaches the origin, and what another is given. */
class PoisoningTest {
  private static final String ALLOWED = "access-control-allow-origin";

  @AutoClose private final TestOrigin origin = new TestOrigin();

  // Which site may read it.

  @Test
  void aResponseThatAllowsTheSiteThatAskedIsForThatOneOnly() {
    for (String site : List.of("https://one.example", "HTTPS://two.example", "null")) {
      origin.reply(200, site, "cache-control", "max-age=60", ALLOWED, site);
      Client first = origin.get("/a", "origin", site);
      assertThat(first.header("vary")).isEqualTo("origin");
      Client again = origin.get("/a", "origin", site);
      assertThat(again.outcome()).isEqualTo(Outcome.HIT);
      assertThat(again.header(ALLOWED)).isEqualTo(site);
    }
    assertThat(origin.requests).hasSize(3);
    Client none = origin.reply(200, "plain", "cache-control", "max-age=60").get("/a");
    assertThat(none.header(ALLOWED)).isNull();
  }

  @Test
  void aResponseThatAllowsAllSitesOrAnotherIsForAll() {
    for (String allowed : List.of("*", "https://two.example")) {
      String target = "/" + allowed.length();
      origin.reply(200, "x", "cache-control", "max-age=60", ALLOWED, allowed);
      assertThat(origin.get(target, "origin", "https://one.example").header("vary")).isNull();
      assertThat(origin.get(target).outcome()).isEqualTo(Outcome.HIT);
    }
  }

  @Test
  void whatAllowsOneSiteIsNotValidatedForAnother() {
    String[] fields = {"cache-control", "max-age=60", "etag", "\"1\"", "vary", "origin"};
    for (String site : List.of("https://one.example", "https://two.example")) {
      String[] all = Arrays.copyOf(fields, fields.length + 2);
      all[fields.length] = ALLOWED;
      all[fields.length + 1] = site;
      origin.reply(200, site, all);
      Client client = origin.get("/a", "origin", site);
      assertThat(requireNonNull(origin.requests.getLast()).headers().get("if-none-match")).isNull();
      assertThat(client.header(ALLOWED)).isEqualTo(site);
    }
    origin.pass(100);
    origin.reply(304, "", "etag", "\"1\"");
    assertThat(origin.get("/a", "origin", "https://one.example").header(ALLOWED))
        .isEqualTo("https://one.example");
  }

  // Cookies in the key.

  private List<String> sent() {
    return requireNonNull(origin.requests.getLast()).headers().getAll("cookie");
  }

  @Test
  void ofACookieInTheKeyTheOriginGetsTheOneThatIsInIt() {
    origin.policy = CachePolicy.builder().keyCookies(List.of("lang", "shop")).build();
    origin.reply(200, "de", "cache-control", "max-age=60");
    origin.get("/a", "cookie", "a=1; lang=de; a=2; lang=evil", "cookie", "shop=1;lang =worse;b");
    assertThat(sent()).containsExactly("a=1; lang=de; a=2; shop=1; b");
    assertThat(origin.get("/a", "cookie", "shop=1; lang=de").outcome()).isEqualTo(Outcome.HIT);
    origin.reply(200, "evil", "cache-control", "max-age=60");
    origin.get("/a", "cookie", "shop=1; lang =evil; lang=de");
    assertThat(sent()).containsExactly("shop=1; lang =evil");
    assertThat(origin.get("/a", "cookie", "shop=1; lang=de").body).hasToString("de");
    origin.reply(200, "none", "cache-control", "max-age=60");
    origin.get("/a", "cookie", "lang; lang=de; shop=1");
    assertThat(sent()).containsExactly("lang; shop=1");
    assertThat(origin.get("/a", "cookie", "shop=1; lang=de").body).hasToString("de");
  }

  @Test
  void cookiesThatAreNotInTheKeyGoAsTheyCome() {
    origin.policy = CachePolicy.builder().keyCookies(List.of("lang")).build();
    origin.reply(200, "x", "cache-control", "max-age=60");
    origin.get("/a", "cookie", "a=1;a=2;lang=de", "cookie", "b=3");
    assertThat(sent()).containsExactly("a=1;a=2;lang=de", "b=3");
  }

  @Test
  void whatAPostMayStoreIsAskedForAndJudgedAsAnyOther() {
    origin.policy = CachePolicy.builder().keyCookies(List.of("lang")).build();
    String[] fields = {"cache-control", "max-age=60", "content-location", "/a", ALLOWED, "null"};
    origin.reply(200, "x", fields);
    origin.send(HttpMethod.POST, "/a", "origin", "null", "cookie", "lang=de; lang=evil");
    assertThat(sent()).containsExactly("lang=de");
    origin.reply(200, "y", "cache-control", "max-age=60");
    Client other = origin.get("/a", "origin", "https://two.example", "cookie", "lang=de");
    assertThat(other.header(ALLOWED)).isNull();
  }

  @Test
  void ofACookieInTheKeyThereIsOneInAFetchForOneAloneToo() {
    origin.policy = CachePolicy.builder().strict(true).keyCookies(List.of("lang")).build();
    origin
        .reply(200, "x", "cache-control", "no-store")
        .reply(200, "x", "cache-control", "no-store");
    origin.get("/a", "cookie", "lang=de; lang=evil");
    origin.get("/a", "cookie", "lang=de; lang=evil");
    assertThat(sent()).containsExactly("lang=de");
  }
}
