package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

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
}
