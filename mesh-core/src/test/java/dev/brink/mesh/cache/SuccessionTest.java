package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.CacheRequest;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whom a node that is new asks before the source. */
class SuccessionTest {
  private final Succession succession = new Succession(new Homes("a", () -> Set.of("b")));

  private @Nullable String before(String asker, String... fields) {
    HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/a");
    request.headers().set("host", "site.example");
    for (int i = 0; i < fields.length; i += 2) {
      request.headers().set(fields[i], fields[i + 1]);
    }
    return succession.before(
        new CacheRequest(request, "http", null, CachePolicy.DEFAULT), request, asker);
  }

  @Test
  void theNodeThatAsksHasJustLooked() {
    assertThat(before("b")).isNull();
    assertThat(before("a")).isEqualTo("b");
    assertThat(before("a")).as("once").isNull();
  }

  @Test
  void whatMayBeForOneAloneIsNotAskedFor() {
    assertThat(before("", "cookie", "a=1")).isNull();
    assertThat(before("", "authorization", "Basic x")).isNull();
    assertThat(before("")).isEqualTo("b");
  }
}
