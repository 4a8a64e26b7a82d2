package dev.brink.cache;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import dev.brink.cache.store.MemoryStore;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** So many bodies are on their way into the store that it takes no more of them. */
class CrowdedStoreTest {
  private static final String PART = "x".repeat(32 * 1024);

  @AutoClose
  private final TestOrigin origin = new TestOrigin(HttpCache.builder(MemoryStore.ofBytes(1 << 20)));

  /** What is on its way. */
  private final List<Body> crowd = new ArrayList<>();

  @BeforeEach
  void crowd() {
    crowd.clear();
    long refusals = origin.cache.storeStats().draftRefusals();
    for (int i = 0; origin.cache.storeStats().draftRefusals() == refusals; i++) {
      assertThat(i).as("bodies").isLessThan(40);
      origin.get("/crowd" + i);
      Body body = origin.answer(200, "cache-control", "max-age=60");
      body.send(PART);
      body.send(PART);
      crowd.add(body);
    }
    assertThat(origin.cache.storeStats().draftBytes()).isBetween(448L << 10, 576L << 10);
    origin.requests.clear();
  }

  private void disperse() {
    crowd.forEach(Body::breakOff);
    assertThat(origin.cache.storeStats().draftBytes()).isZero();
  }

  @Test
  void aBodyPassesThroughAtTheReadersPaceAndIsNotStored() {
    var client = new Client();
    client.ask = 0;
    var _ = origin.begin(client, HttpMethod.GET, "/a");
    Client other = origin.get("/a");
    assertThat(origin.requests).hasSize(1);
    Body body = origin.answer(200, "cache-control", "max-age=60");
    int sent = 0;
    while (body.demand > 0) {
      body.send(PART);
      sent++;
      assertThat(sent).as("pieces that one did not read").isLessThan(64);
    }
    requireNonNull(client.subscription).request(Long.MAX_VALUE);
    body.end();
    assertThat(client.body).hasSize(sent * PART.length());
    assertThat(other.body).hasSize(sent * PART.length());
    assertThat(client.complete).isTrue();
    assertThat(origin.get("/a").head).as("not stored").isNull();
  }

  @Test
  void onceTheyHaveComeOrBrokenOffThereIsRoomAgain() {
    crowd.removeFirst().end();
    assertThat(origin.get("/crowd0").outcome()).isEqualTo(Outcome.HIT);
    disperse();
    origin.get("/a");
    Body body = origin.answer(200, "cache-control", "max-age=60");
    body.send(PART);
    body.end();
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
    assertThat(origin.cache.storeStats().draftBytes()).isZero();
  }

  @Test
  void whatCameInOnePieceIsStored() {
    String[][] kinds = {{}, {"content-type", "text/plain", "content-length", "80000"}};
    for (String[] kind : kinds) {
      String target = "/" + kind.length;
      String[] headers = new String[kind.length + 2];
      System.arraycopy(kind, 0, headers, 2, kind.length);
      headers[0] = "cache-control";
      headers[1] = "max-age=60";
      origin.requests.clear();
      byte[] bytes = new byte[60_000];
      new Random(1).nextBytes(bytes);
      origin.reply(200, Base64.getEncoder().encodeToString(bytes), headers);
      Client client = origin.get(target, "accept-encoding", "gzip");
      assertThat(client.outcome()).isEqualTo(Outcome.MISS);
      assertThat(origin.get(target, "accept-encoding", "gzip").outcome()).isEqualTo(Outcome.HIT);
      assertThat(origin.requests).hasSize(1);
    }
  }

  @Test
  void aPartThatCameInOnePieceJoinsThoseThatAreStored() {
    disperse();
    assertThat(part(0).body).hasToString(PART);
    crowd();
    assertThat(part(PART.length()).body).hasToString(PART);
    assertThat(origin.get("/parts", "range", "bytes=0-65535").body).hasToString(PART + PART);
    assertThat(origin.requests).hasSize(1);
  }

  private Client part(int first) {
    String range = first + "-" + (first + PART.length() - 1);
    String[] head = {
      "content-range", "bytes " + range + "/100000", "etag", "\"1\"", "cache-control", "max-age=60"
    };
    return origin.reply(206, PART, head).get("/parts", "range", "bytes=" + range);
  }

  @Test
  void whatIsPutPieceByPieceIsRefused() {
    origin.policy = CachePolicy.builder().manual(true).build();
    var body = new Body();
    var put =
        origin
            .cache
            .put(
                origin.request(HttpMethod.GET, "/a"),
                TestOrigin.streaming(200, "cache-control", "max-age=60"),
                body)
            .toCompletableFuture();
    body.send(PART);
    body.send(PART);
    assertThatThrownBy(put::join)
        .cause()
        .isInstanceOfSatisfying(
            NotStoredException.class, refused -> assertThat(refused.reason()).isEqualTo("busy"));
    assertThat(body.cancelled).isTrue();
    disperse();
  }
}
