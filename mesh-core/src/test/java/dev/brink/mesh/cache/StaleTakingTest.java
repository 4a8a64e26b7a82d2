package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a home hears of how stale one client takes it. */
class StaleTakingTest {
  private static @Nullable String left(String... lines) {
    var headers = new DefaultHttpHeaders();
    for (String line : lines) {
      headers.add("cache-control", line);
    }
    StaleTaking.remove(headers);
    return headers.get("cache-control");
  }

  @Test
  void nothing() {
    assertThat(left()).isNull();
    assertThat(left("max-stale")).isNull();
    assertThat(left("Max-Stale = 60", "stale-if-error=60 ,")).isNull();
  }

  @Test
  void andTheRestAsItIs() {
    assertThat(left("no-cache, max-stale=5, min-fresh=2", "stale-if-error=60, max-age=0"))
        .isEqualTo("no-cache, min-fresh=2, max-age=0");
    assertThat(left("max-stale-not=1")).isEqualTo("max-stale-not=1");
  }
}
