package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uses of what comes from another node, which is asked for it anew a moment before it is stale. */
class EarlyRefreshTest {
  private static final int USES = 400;

  @AutoClose private final TestOrigin home = new TestOrigin();

  @BeforeEach
  void aCopy() {
    home.source = false;
    home.reply(200, "old", "cache-control", "max-age=100", "etag", "\"1\"");
    assertThat(home.get("/page").body).hasToString("old");
  }

  private void use(int times, String body) {
    for (int i = 0; i < times; i++) {
      TestOrigin.Client client = home.get("/page");
      assertThat(client.outcome()).isEqualTo(CacheResult.Outcome.HIT);
      assertThat(client.body).hasToString(body);
    }
  }

  @Test
  void whatIsUsedOftenIsThereAgainBeforeItIsStale() {
    home.pass(99);
    home.reply(200, "new", "cache-control", "max-age=100", "etag", "\"2\"");
    while (home.requests.size() == 1) {
      use(1, "old");
    }
    use(USES, "new");
    home.pass(90);
    use(1, "new");
    assertThat(home.requests).hasSize(2);
    HttpHeaders asked = home.requests.getLast().headers();
    assertThat(asked.get("if-none-match")).isEqualTo("\"1\"");
    assertThat(asked.get("cache-control")).isEqualTo("min-fresh=2");
  }

  @Test
  void nobodyWaitsForItOrAsksTwice() {
    home.pass(99);
    use(USES, "old");
    assertThat(home.requests).hasSize(2);
    TestOrigin.Body body = home.answer(304, "cache-control", "max-age=50");
    assertThat(body.cancelled || body.to == null).isTrue();
    home.pass(40);
    use(1, "old");
    assertThat(home.requests).hasSize(2);
  }

  @Test
  void whatHasNotBeenHereForLongIsLeft() {
    home.pass(70);
    use(USES, "old");
    home.pass(10);
    use(USES, "old");
    assertThat(home.requests).hasSize(1);
  }

  @Test
  void whatIsNoFresherIsNotAskedForAgainAtOnce() {
    home.pass(99);
    home.reply(304, "", "cache-control", "max-age=100", "age", "99");
    use(USES, "old");
    assertThat(home.requests).hasSize(2);
  }

  @Test
  void aSourceThatAnswersAtOnceIsNotAskedEarly() {
    home.source = true;
    home.pass(99);
    use(USES, "old");
    assertThat(home.requests).hasSize(1);
  }

  @Test
  void whatDoesNotChangeIsLeft() {
    for (String name : new String[] {"cache-control", "cdn-cache-control"}) {
      home.reply(200, "old", name, "max-age=100, immutable").get("/" + name);
      home.pass(99);
      int asked = home.requests.size();
      for (int i = 0; i < USES; i++) {
        home.get("/" + name);
      }
      assertThat(home.requests).hasSize(asked);
    }
  }

  @Test
  void aFailureChangesNothing() {
    home.pass(99);
    home.reply(0, "");
    while (home.requests.size() == 1) {
      use(1, "old");
    }
    home.reply(200, "new", "cache-control", "max-age=100", "etag", "\"2\"");
    while (home.requests.size() == 2) {
      use(1, "old");
    }
    use(1, "new");
  }

  @Test
  void anErrorDoesNotTakeThePlaceOfWhatIsFresh() {
    home.reply(200, "good", "cache-control", "s-maxage=100", "etag", "\"1\"");
    assertThat(home.get("/other").body).hasToString("good");
    home.pass(99);
    home.reply(503, "bad", "cache-control", "max-age=60");
    while (home.requests.size() == 2) {
      assertThat(home.get("/other").body).hasToString("good");
    }
    home.source = true;
    assertThat(home.get("/other").body).hasToString("good");
  }

  @Test
  void whoeverTellsWhoItIsDoesNotBringItOn() {
    home.pass(99);
    for (int i = 0; i < USES; i++) {
      assertThat(home.get("/page", "cookie", "who=me").body).hasToString("old");
      assertThat(home.get("/page", "authorization", "Basic bWU6").body).hasToString("old");
    }
    assertThat(home.requests).hasSize(1);
  }

  @Test
  void whoWantsItFresherReadsAlongWithWhatIsComing() {
    home.pass(50);
    TestOrigin.Client first = home.get("/page", "cache-control", "min-fresh=60");
    TestOrigin.Body body =
        home.answer(200, "cache-control", "max-age=100", "etag", "\"2\"", "content-length", "3");
    TestOrigin.Client second = home.get("/page", "cache-control", "min-fresh=60");
    assertThat(home.requests).hasSize(2);
    TestOrigin.Client third = home.get("/page", "cache-control", "no-cache");
    assertThat(home.requests).hasSize(3);
    body.send("new");
    body.end();
    assertThat(first.body).hasToString("new");
    assertThat(second.body).hasToString("new");
    assertThat(third.head).isNull();
  }
}
