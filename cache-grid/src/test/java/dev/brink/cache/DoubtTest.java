package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What a cache does that may not have heard of purges. */
class DoubtTest {
  private static final String[] FRESH = {
    "cache-control", "max-age=600, stale-while-revalidate=600", "etag", "\"v1\"", "cache-tag", "t"
  };

  @AutoClose private final TestOrigin origin = new TestOrigin();

  @Test
  void whatIsInDoubtIsValidatedBeforeItIsUsed() {
    origin.reply(200, "old", FRESH).get("/a");
    origin.cache.doubt();
    assertThat(origin.reply(200, "new", FRESH).get("/a").body).hasToString("new");
    assertThat(origin.get("/a").outcome()).as("fetched since").isEqualTo(Outcome.HIT);
    origin.cache.doubt();
    origin.cache.caughtUp();
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void nothingIsUsedUnaskedOnceTheTrustIsOver() {
    origin.reply(200, "old", FRESH).get("/a");
    origin.cache.trustFor(Duration.ofSeconds(2));
    origin.pass(1);
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
    origin.pass(5);
    assertThat(origin.reply(304, "", FRESH).get("/a").outcome()).isEqualTo(Outcome.REVALIDATED);
    assertThat(origin.reply(304, "", FRESH).get("/a").outcome()).isEqualTo(Outcome.REVALIDATED);
    origin.cache.trustFor(Duration.ofSeconds(2));
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void aMissedPurgeHitsWhatIsHereWhateverItsClock() {
    long before = origin.cache.purge(Purge.of(Purge.Scope.TAG, "other")).stamp();
    origin.reply(200, "old", FRESH).get("/a");
    origin.cache.missed(Purge.of(Purge.Scope.TAG, "t").at(before));
    origin.reply(200, "new", FRESH);
    assertThat(origin.get("/a").body).hasToString("new");
    origin.cache.missed(Purge.of(Purge.Scope.TAG, "t").at(before));
    assertThat(origin.get("/a").outcome()).as("known by then").isEqualTo(Outcome.HIT);
  }

  /** As a mesh purges: told twice, the second time as of the latest stamp of the first. */
  @Test
  void aPurgeThatIsKnownIsKnownFromAnotherCacheTooThatHasHeardOfItLater() {
    try (var other = new TestOrigin()) {
      Purge here = origin.cache.purge(Purge.of(Purge.Scope.TAG, "t"));
      Purge everywhere = here.at(other.cache.purgeAsOfNow(here).stamp());
      origin.cache.purge(everywhere);
      other.cache.purgeAsOfNow(everywhere);
      origin.reply(200, "since", FRESH).get("/a");
      for (HeardPurge heard : other.cache.purgedWithin(Duration.ofMinutes(1))) {
        assertThat(heard.purge().stamp()).as("as of when it holds").isGreaterThan(heard.said());
        origin.cache.missed(heard);
      }
      assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);

      Purge later = other.cache.purge(Purge.of(Purge.Scope.TAG, "t"));
      origin.reply(200, "new", FRESH);
      other.cache.purgedWithin(Duration.ofMinutes(1)).forEach(origin.cache::missed);
      assertThat(later.stamp()).isGreaterThan(everywhere.stamp());
      assertThat(origin.get("/a").body).as("one that is not known").hasToString("new");
    }
  }

  @Test
  void tellsWhatWasPurgedLately() {
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "long ago"));
    origin.pass(100);
    origin.cache.purge(Purge.of(Purge.Scope.TAG, "t"));
    origin.cache.purge(new Purge(Purge.Scope.HOST, "tenant", "example.org", true, 0));
    assertThat(origin.cache.purgedWithin(Duration.ofSeconds(50)))
        .extracting(HeardPurge::purge)
        .extracting(purge -> purge.scope() + " " + purge.value() + " " + purge.soft())
        .containsExactlyInAnyOrder("TAG t false", "HOST example.org true");
    assertThat(origin.cache.purgedWithin(Duration.ofSeconds(200))).hasSize(3);
  }

  @Test
  void whatIsDroppedHereIsNoPurgeThatOthersMissed() {
    origin.reply(200, "old", FRESH).get("/a");
    origin.cache.dropAll();
    assertThat(origin.reply(200, "new", FRESH).get("/a").body).hasToString("new");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
    assertThat(origin.cache.purgedWithin(Duration.ofSeconds(50))).isEmpty();
  }
}
