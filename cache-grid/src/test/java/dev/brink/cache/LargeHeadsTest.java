package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Responses that vary by long values, and heads that are as long as they may be. */
class LargeHeadsTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  @Test
  void theOldestVariantsAreForgottenWhenTheirValuesAreLong() {
    for (int i = 0; i < 40; i++) {
      origin.reply(200, "for " + i, "cache-control", "max-age=100", "vary", "user-agent");
      String agent = i + "x".repeat(16_000);
      assertThat(origin.get("/page", "user-agent", agent).body).hasToString("for " + i);
      TestOrigin.Client again = origin.get("/page", "user-agent", agent);
      assertThat(again.body).hasToString("for " + i);
      assertThat(again.outcome()).isEqualTo(CacheResult.Outcome.HIT);
    }
    assertThat(origin.requests).hasSize(40);
    origin.reply(200, "anew", "cache-control", "max-age=100", "vary", "user-agent");
    assertThat(origin.get("/page", "user-agent", "0" + "x".repeat(16_000)).body)
        .hasToString("anew");
  }

  @Test
  void aHeadOfHundredsOfKilobytesIsStored() {
    String[] headers = new String[22];
    headers[0] = "cache-control";
    headers[1] = "max-age=100";
    for (int i = 2; i < headers.length; i += 2) {
      headers[i] = "x-long-" + i;
      headers[i + 1] = "y".repeat(20_000);
    }
    origin.reply(200, "body", headers);
    assertThat(origin.get("/page").body).hasToString("body");
    TestOrigin.Client again = origin.get("/page");
    assertThat(again.outcome()).isEqualTo(CacheResult.Outcome.HIT);
    assertThat(again.header("x-long-20")).hasSize(20_000);
  }

  @Test
  void aHeadThatIsTooLongPassesThrough() {
    String[] headers = {"cache-control", "max-age=100", "x-long", "z".repeat(2 << 20)};
    for (int i = 1; i <= 3; i++) {
      origin.reply(200, "body", headers);
      TestOrigin.Client client = origin.get("/page");
      assertThat(client.body).hasToString("body");
      assertThat(client.header("cache-status")).contains("detail=fields-too-large");
      assertThat(origin.requests).hasSize(i);
    }
  }
}
