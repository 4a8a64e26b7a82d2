package dev.brink.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.TestOrigin.Client;
import io.netty.handler.codec.http.HttpMethod;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What {@code Cache-Status} says (RFC 9211). */
class CacheStatusTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  @Test
  void whatNearerCachesSaidOfAResponseStaysBeforeWhatIsSaidHere() {
    origin.reply(
        200,
        "x",
        "cache-control",
        "max-age=60",
        "cache-status",
        "inner;hit",
        "cache-status",
        "outer;fwd=miss");
    Client miss = origin.get("/a");
    assertThat(requireNonNull(miss.head).headers().getAll("cache-status"))
        .containsExactly(
            "inner;hit", "outer;fwd=miss", "brink;fwd=uri-miss;fwd-status=200;stored;ttl=60");
    assertThat(requireNonNull(origin.get("/a").head).headers().getAll("cache-status"))
        .containsExactly("inner;hit", "outer;fwd=miss", "brink;hit;ttl=60");
  }

  @Test
  void whatACacheOfTheMeshSaidIsNotPassedOn() {
    long stamp = origin.cache.purge(Purge.of(Purge.Scope.TAG, "any")).stamp();
    origin.pass(1);
    origin.replyOfPeer(
        stamp + 1,
        200,
        "x",
        "cache-control",
        "max-age=60",
        "cache-status",
        "inner;hit",
        "cache-status",
        "brink;hit;ttl=60");
    assertThat(requireNonNull(origin.get("/a").head).headers().getAll("cache-status"))
        .containsExactly("inner;hit", "brink;fwd=uri-miss;fwd-status=200;stored;ttl=60");
  }

  @Test
  void whatIsNotStoredGoesToAPeerWithoutAWordOfThisCache() {
    origin.reply(200, "x", "cache-control", "private", "cache-status", "inner;hit");
    var peer =
        new Client() {
          @Override
          public boolean forPeer() {
            return true;
          }
        };
    var _ = origin.begin(peer, HttpMethod.GET, "/a");
    assertThat(requireNonNull(peer.head).headers().getAll("cache-status"))
        .containsExactly("inner;hit");
  }

  @Test
  void whatIsServedInsteadOfAnErrorWasForwarded() {
    origin.reply(200, "kept", "cache-control", "max-age=1, stale-if-error=60").get("/a");
    origin.pass(10);
    origin.reply(503, "busy").reply(0, "");
    assertThat(origin.get("/a").header("cache-status"))
        .isEqualTo("brink;fwd=stale;fwd-status=503;ttl=-9");
    assertThat(origin.get("/a").header("cache-status")).isEqualTo("brink;fwd=stale;ttl=-9");
  }
}
