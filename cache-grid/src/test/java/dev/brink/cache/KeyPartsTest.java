package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a policy makes part of a key, or leaves out. */
class KeyPartsTest {
  private static final String PHONE =
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
          + " Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
  private static final String OTHER_PHONE =
      "Mozilla/5.0 (Android 16; Mobile; rv:141.0) Gecko/141.0 Firefox/141.0";
  private static final String DESKTOP =
      "Mozilla/5.0 (X11; Linux x86_64; rv:141.0) Gecko/20100101 Firefox/141.0";

  @AutoClose private final TestOrigin origin = new TestOrigin();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MOBILE | " + PHONE,
        "MOBILE | " + OTHER_PHONE,
        "MOBILE | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Mobile Safari/537.36",
        "MOBILE | Opera/9.80 (Android 2.3.7; Linux; Opera Mobi/46154) Presto/2.11 Version/12.10",
        "MOBILE | Opera/9.80 (Android; Opera Mini/36.2.2254/191.281; U; en) Presto/2.12",
        "TABLET | Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) Mobile/15E148 Safari/604.1",
        "TABLET | Mozilla/5.0 (Linux; Android 9; KFMAWI) AppleWebKit/537.36 Silk/98.2"
            + " Safari/537.36",
        "TABLET | Mozilla/5.0 (Android 16; Tablet; rv:141.0) Gecko/141.0 Firefox/141.0",
        "DESKTOP | " + DESKTOP,
        "DESKTOP | Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Tablet PC 2.0)",
        "DESKTOP | ''",
      })
  void aUserAgentIsOfOneClass(DeviceClass device, String userAgent) {
    assertThat(DeviceClass.of(userAgent)).isEqualTo(device);
  }

  @Test
  void devicesOfOneClassShareAResponse() {
    origin.policy = CachePolicy.builder().deviceClass(true).build();
    origin.reply(200, "small", "cache-control", "max-age=60");
    origin.reply(200, "large", "cache-control", "max-age=60");
    assertThat(origin.get("/a", "user-agent", PHONE).body).hasToString("small");
    assertThat(origin.get("/a", "user-agent", DESKTOP).body).hasToString("large");
    assertThat(origin.get("/a").body).as("nothing said").hasToString("large");
    assertThat(origin.get("/a", "user-agent", OTHER_PHONE).body).hasToString("small");
    assertThat(origin.requests).hasSize(2);
  }

  @Test
  void withoutThatADeviceDoesNotMatter() {
    origin.reply(200, "x", "cache-control", "max-age=60");
    origin.get("/a", "user-agent", PHONE);
    assertThat(origin.get("/a", "user-agent", DESKTOP).outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void onlyTheParametersNamedCountAndReachTheOrigin() {
    origin.policy =
        CachePolicy.builder()
            .query(new QueryRule(QueryRule.Mode.ONLY, List.of("page", "filter_*"), true))
            .build();
    origin.reply(200, "x", "cache-control", "max-age=60");
    origin.get("/a?x=evil&page=2&filter_b=1&utm_source=ad&filter_a=3&pages=4");
    assertThat(origin.requests.getLast().uri()).isEqualTo("/a?filter_a=3&filter_b=1&page=2");
    assertThat(origin.get("/a?page=2&filter_a=3&filter_b=1&y=1").outcome()).isEqualTo(Outcome.HIT);
    assertThat(origin.get("/a?page=3", "cache-control", "only-if-cached").failure).isNotNull();
  }
}
