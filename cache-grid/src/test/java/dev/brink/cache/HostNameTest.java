package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Client;
import io.netty.handler.codec.http.HttpMethod;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A name with its last dot, and the scheme's own port, is the same site. */
class HostNameTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  private Client ask(HttpMethod method, String host, String target) {
    CacheRequest request = origin.request(method, target);
    request.request().headers().set("host", host);
    var client = new Client();
    var _ = origin.cache.handle(request, origin, client);
    return client;
  }

  @ParameterizedTest
  @CsvSource({
    "example.org., example.org",
    "EXAMPLE.org.:80, example.org",
    "example.org.:8080, example.org:8080",
    "[::1], [::1]",
    "., .",
    "example.org.., example.org.."
  })
  void aNamesLastDotIsNotInTheKey(String written, String normal) {
    origin.reply(200, "one", "cache-control", "max-age=60");
    ask(HttpMethod.GET, written, "/a");
    assertThat(origin.requests.getLast().headers().get("host")).isEqualTo(normal);
    assertThat(ask(HttpMethod.GET, normal, "/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @ParameterizedTest
  @CsvSource({
    "URL, http://example.org./d/a",
    "URL, example.org.:80/d/a",
    "PREFIX, example.org./d/",
    "PREFIX, example.org.",
    "HOST, example.org.",
    "HOST, https://example.org.:443"
  })
  void aPurgeMayNameTheHostWithItsLastDot(Purge.Scope scope, String value) {
    origin.reply(200, "old", "cache-control", "max-age=60").get("/d/a");
    origin.cache.purge(Purge.of(scope, value));
    origin.reply(200, "new", "cache-control", "max-age=60");
    assertThat(origin.get("/d/a").body).hasToString("new");
  }

  @ParameterizedTest
  @ValueSource(strings = {"location", "content-location"})
  void anUnsafeRequestOutdatesWhatIsNamedWithTheLastDot(String field) {
    origin.reply(200, "old", "cache-control", "max-age=60").get("/list");
    origin.reply(201, "", field, "http://example.org./list");
    ask(HttpMethod.POST, "example.org", "/new");
    origin.reply(200, "new", "cache-control", "max-age=60");
    assertThat(origin.get("/list").body).hasToString("new");
  }

  @Test
  void anUnsafeRequestToTheNameWithItsLastDotOutdatesTheSame() {
    origin.reply(200, "old", "cache-control", "max-age=60").get("/a");
    origin.reply(204, "");
    ask(HttpMethod.DELETE, "example.org.", "/a");
    origin.reply(200, "new", "cache-control", "max-age=60");
    assertThat(origin.get("/a").body).hasToString("new");
  }
}
