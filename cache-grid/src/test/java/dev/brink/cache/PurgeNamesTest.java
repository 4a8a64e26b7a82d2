package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long what a purge names may be, in each form that it may be stored under. */
class PurgeNamesTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  /** It is refused when it is made, by whoever asks for it, and not when a cache is to hold it. */
  @ParameterizedTest
  @CsvSource({
    "URL, h/?, %, 4000, 12003",
    "URL, h/, %, 4000, 12002",
    "URL, http://h:80/?b&a=, %, 3000, 9007",
    "PREFIX, h/?, %, 4000, 12001",
    "PREFIX, h/, %, 4000, 12000"
  })
  void whatIsTooLongInAFormItIsStoredUnderIsRefused(
      Purge.Scope scope, String beginning, String repeated, int times, int characters) {
    assertThatThrownBy(() -> Purge.of(scope, beginning + repeated.repeat(times)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("value: " + characters + " characters in normal form (expected: at most 8192)");
  }

  @ParameterizedTest
  @CsvSource({"URL, /?, %, 2726", "URL, /?, %41, 2726", "PREFIX, /?, %, 2726"})
  void whatIsJustShortEnoughHitsWhatItNames(
      Purge.Scope scope, String beginning, String repeated, int times) {
    String target = beginning + repeated.repeat(times);
    for (QueryRule rule : List.of(QueryRule.VERBATIM, QueryRule.ALL)) {
      origin.policy = CachePolicy.builder().query(rule).build();
      origin.reply(200, "one", "cache-control", "max-age=60");
      origin.reply(200, "two", "cache-control", "max-age=60");
      origin.get(target);
      var _ = origin.cache.purge(Purge.of(scope, "example.org" + target));
      assertThat(origin.get(target).body).hasToString("two");
    }
  }
}
