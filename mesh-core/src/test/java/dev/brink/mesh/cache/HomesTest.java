package dev.brink.mesh.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.CacheRequest;
import dev.brink.cache.store.StoreKey;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which node is a key's home, and which keys move when a node joins or leaves. */
class HomesTest {
  private static final List<String> NODES = List.of("a", "b", "c");

  private static String home(String scheme, String host, String target) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
    request.headers().set(HttpHeaderNames.HOST, host);
    var asked = new CacheRequest(request, scheme, null, CachePolicy.DEFAULT);
    return new Homes("a", () -> NODES).of(asked);
  }

  @Test
  void howeverAClientWritesAUrlItHasOneHome() {
    Set<String> all = new HashSet<>();
    for (int i = 0; i < 50; i++) {
      String home = home("http", "site.example", "/d/" + i + "/~a?x=~&y=1");
      assertThat(home("http", "Site.EXAMPLE:80", "/d/./" + i + "/%7ea?y=1&%78=%7e&utm_source=b"))
          .isEqualTo(home);
      assertThat(home("https", "site.example:443", "/d/" + i + "/~a?x=~&y=1")).isEqualTo(home);
      all.add(home);
    }
    assertThat(all).as("all have a part").containsExactlyInAnyOrderElementsOf(NODES);
  }

  private static final int KEYS = 20_000;

  @Test
  void aNodeThatJoinsGetsItsShareAndNothingElseMoves() {
    List<String> nodes = new ArrayList<>(List.of(id(0)));
    for (int count = 2; count <= 8; count++) {
      List<String> before = List.copyOf(nodes);
      String joined = id(count);
      nodes.add(joined);
      Map<String, Integer> shares = new HashMap<>();
      for (int i = 0; i < KEYS; i++) {
        StoreKey key = StoreKey.of("tenant\nsite.example/pages/" + i);
        String was = home(before, key);
        String is = home(nodes, key);
        assertThat(is).isIn(was, joined);
        shares.merge(is, 1, Integer::sum);
        if (is.equals(joined)) {
          Homes atJoined = new Homes(joined, () -> before);
          assertThat(atJoined.before(key)).isEqualTo(was);
        }
      }
      double even = (double) KEYS / count;
      assertThat(shares.values())
          .hasSize(count)
          .allSatisfy(share -> assertThat((double) share).isBetween(even * 0.9, even * 1.1));
    }
  }

  @Test
  void nobodyWasTheHomeBeforeANodeThatIsAlone() {
    assertThat(new Homes(id(0), List::of).before(StoreKey.of("a"))).isNull();
  }

  /** As any of the nodes sees it. */
  private static String home(List<String> nodes, StoreKey key) {
    int at = Math.floorMod(key.low(), nodes.size());
    List<String> others = new ArrayList<>(nodes);
    String self = others.remove(at);
    return new Homes(self, () -> others).of(key);
  }

  private static String id(int number) {
    return new UUID(number * 0x9E3779B97F4A7C15L, ~number).toString();
  }
}
