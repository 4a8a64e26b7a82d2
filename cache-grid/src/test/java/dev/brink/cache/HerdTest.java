package dev.brink.cache;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CacheResult.Outcome;
import dev.brink.cache.TestOrigin.Body;
import dev.brink.cache.TestOrigin.Client;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that read the same response at once, each at its pace. */
class HerdTest {
  @AutoClose private final TestOrigin origin = new TestOrigin();

  @Test
  void aHerdAsksOnceAndReadsWhileItComes() {
    List<Client> herd = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      herd.add(origin.get("/a"));
    }
    assertThat(origin.requests).hasSize(1);
    Body body = origin.answer(200, "cache-control", "max-age=60");
    body.send("first ");
    assertThat(herd).allSatisfy(client -> assertThat(client.body).hasToString("first "));
    Client late = origin.get("/a");
    assertThat(late.body).hasToString("first ");
    body.send("second");
    body.end();
    herd.add(late);
    assertThat(herd).allSatisfy(client -> assertThat(client.body).hasToString("first second"));
    assertThat(herd).allSatisfy(client -> assertThat(client.complete).isTrue());
    assertThat(origin.requests).hasSize(1);
    assertThat(origin.cache.stats().collapsed()).isEqualTo(50);
  }

  /** Its fetch may be the one that the first one waits for. */
  @Test
  void whoComesBackWaitsForNobodyAndNobodyForIt() {
    origin.get("/a");
    CacheRequest back = origin.request(HttpMethod.GET, "/a");
    for (int i = 1; i <= 2; i++) {
      var _ =
          origin.cache.handle(
              new CacheRequest(back.request(), back.scheme(), null, back.policy(), true),
              origin,
              new Client());
      assertThat(origin.requests).hasSize(1 + i);
    }
    origin.get("/a");
    assertThat(origin.requests).hasSize(3);
  }

  /** What a client says there of networks is passed on, and is nothing to wait or not wait by. */
  @Test
  void whatAClientSaysOfLoopsDoesNotTakeItOutOfTheHerd() {
    String said = "brink;mesh=0123456789abcdef0123456789abcdef, brink, cdn.example; a=b";
    for (int i = 0; i < 50; i++) {
      origin.get("/a", "cdn-loop", said, "cdn-loop", "other");
      origin.get("/b", "cdn-loop", said, "cdn-loop", "other", "range", "bytes=0-9");
    }
    assertThat(origin.requests).hasSize(2);
    assertThat(origin.requests)
        .allSatisfy(
            sent -> assertThat(sent.headers().getAll("cdn-loop")).containsExactly(said, "other"));
  }

  @Test
  void aHerdForWhatCannotBeSharedIsNotSerialised() {
    for (int i = 0; i < 10; i++) {
      origin.get("/a");
    }
    assertThat(origin.requests).hasSize(1);
    origin.answer(200, "cache-control", "private").end();
    assertThat(origin.requests).as("all others at once").hasSize(10);
    for (int i = 0; i < 9; i++) {
      origin.answer(200, "cache-control", "private").end();
    }
    for (int i = 0; i < 10; i++) {
      origin.get("/a");
    }
    assertThat(origin.requests).as("none waits the next time").hasSize(20);
  }

  @Test
  void aPrivateResponseGoesToNobodyElse() {
    var leader = new Client();
    HttpCache.Running running = origin.begin(leader, HttpMethod.GET, "/a", "cookie", "me");
    Client other = origin.get("/a", "cookie", "you");
    running.cancel();
    Body body = origin.answer(200, "cache-control", "private");
    assertThat(body.cancelled).isTrue();
    assertThat(other.head).isNull();
    assertThat(origin.requests).hasSize(2);
    origin.answer(200, "cache-control", "private").end();
    assertThat(other.complete).isTrue();
  }

  @Test
  void whoLeavesDoesNotCancelTheOthers() {
    var first = new Client();
    HttpCache.Running running = origin.begin(first, HttpMethod.GET, "/a");
    Client second = origin.get("/a");
    running.cancel();
    Body body = origin.answer(200, "cache-control", "max-age=60");
    body.send("all");
    body.end();
    assertThat(second.body).hasToString("all");
    assertThat(origin.get("/a").outcome()).isEqualTo(Outcome.HIT);
  }

  @Test
  void theLastToLeaveBeforeAnAnswerCancels() {
    HttpCache.Running running = origin.begin(new Client(), HttpMethod.GET, "/a");
    running.cancel();
    assertThat(origin.waiting).isEmpty();
    Client next = origin.get("/a");
    origin.answer(200, "cache-control", "max-age=60").end();
    assertThat(next.complete).isTrue();
  }

  /** However far the response is when it comes to those who wait. */
  @ParameterizedTest
  @ValueSource(strings = {"max-age=60", "private", "revalidated", "no response"})
  void whoCannotTakeAnAnswerKeepsItFromNobodyElse(String how) {
    boolean again = how.equals("revalidated");
    if (again) {
      origin.get("/a");
      origin.answer(200, "cache-control", "max-age=0", "etag", "\"1\"").end();
    }
    List<Client> herd = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Client client = i % 2 == 1 ? new Unable() : new Client();
      var _ = origin.begin(client, HttpMethod.GET, "/a");
      herd.add(client);
    }
    if (how.equals("no response")) {
      origin.fail(502);
    } else if (again) {
      origin.answer(304, "cache-control", "max-age=60", "etag", "\"1\"").end();
    } else {
      while (!origin.waiting.isEmpty()) {
        origin.answer(200, "cache-control", how).end();
      }
    }
    for (int i = 0; i < 4; i += 2) {
      Client able = herd.get(i);
      assertThat(able.complete || able.failure != null).as("client %d has heard", i).isTrue();
    }
    assertThat(origin.get("/a").complete).isEqualTo(again || how.equals("max-age=60"));
  }

  @Test
  void aSlowClientDoesNotSlowTheFill() {
    var slow = new Client();
    slow.ask = 0;
    var _ = origin.begin(slow, HttpMethod.GET, "/a");
    Client fast = origin.get("/a");
    Body body = origin.answer(200, "cache-control", "max-age=60");
    for (int i = 0; i < 20; i++) {
      assertThat(body.demand).isPositive();
      body.send("x".repeat(10_000));
    }
    body.end();
    assertThat(fast.body).hasSize(200_000);
    assertThat(slow.body).isEmpty();
    requireNonNull(slow.subscription).request(Long.MAX_VALUE);
    assertThat(slow.body).hasSize(200_000);
    assertThat(slow.complete).isTrue();
  }

  @Test
  void whoReadsInTheMomentABodyIsStoredGetsAllOfIt() throws InterruptedException {
    for (int i = 0; i < 500; i++) {
      var client = new Client();
      client.ask = 0;
      var _ = origin.begin(client, HttpMethod.GET, "/" + i);
      Body body = origin.answer(200, "cache-control", "max-age=60");
      body.send("all of it");
      var begun = new CountDownLatch(1);
      Thread reader =
          Thread.ofPlatform()
              .start(
                  () -> {
                    begun.countDown();
                    requireNonNull(client.subscription).request(2);
                  });
      begun.await();
      body.end();
      reader.join();
      assertThat(client.body).hasToString("all of it");
      assertThat(client.complete).isTrue();
    }
  }

  @Test
  void whatBreaksOffIsNeverTakenForWhole() {
    Client one = origin.get("/a");
    Body body = origin.answer(200, "cache-control", "max-age=60");
    body.send("half");
    body.breakOff();
    assertThat(one.broken).isNotNull();
    assertThat(one.complete).isFalse();
    Client two = origin.get("/a");
    assertThat(two.head).isNull();
    Body shorter = origin.answer(200, "cache-control", "max-age=60", "content-length", "10");
    shorter.send("half");
    shorter.end();
    assertThat(two.broken).isNotNull();
    assertThat(origin.cache.storeStats().objects()).isZero();
  }

  @Test
  void whatIsTooLargeStreamsAtTheReadersPaceAndIsNotKept() {
    var client = new Client();
    client.ask = 0;
    var _ = origin.begin(client, HttpMethod.GET, "/a");
    Body body = origin.answer(200, "cache-control", "max-age=60");
    String part = "x".repeat(256 * 1024);
    int sent = 0;
    while (body.demand > 0) {
      body.send(part);
      sent++;
      assertThat(sent).as("pieces that nobody read").isLessThan(40);
    }
    requireNonNull(client.subscription).request(Long.MAX_VALUE);
    while (sent < 60) {
      assertThat(body.demand).isPositive();
      body.send(part);
      sent++;
    }
    body.end();
    assertThat(client.body).hasSize(60 * part.length());
    assertThat(client.complete).isTrue();
    assertThat(origin.cache.storeStats().objects()).isZero();
  }

  @Test
  void whatIsAskedAgainWhenAllHaveLeftIsCancelled() {
    origin.reply(200, "old", "cache-control", "max-age=1", "etag", "\"v1\"").get("/a");
    origin.pass(5);
    HttpCache.Running running = origin.begin(new Client(), HttpMethod.GET, "/a");
    Upstream.Listener listener = origin.waiting.getFirst();
    running.cancel();
    listener.onResponse(TestOrigin.response(304, "", "etag", "\"other\""), null, 0);
    assertThat(origin.requests).hasSize(3);
    assertThat(origin.waiting).isEmpty();
  }

  @Test
  void whatIsAskedAgainBeforeItIsKnownWhatToCancelIsCancelled() {
    origin.reply(200, "old", "cache-control", "max-age=1", "etag", "\"v1\"").get("/a");
    origin.pass(5);
    origin.reply(304, "", "etag", "\"other\"");
    HttpCache.Running running = origin.begin(new Client(), HttpMethod.GET, "/a");
    assertThat(origin.waiting).hasSize(1);
    running.cancel();
    assertThat(origin.waiting).isEmpty();
  }

  @Test
  void aPieceThatComesAfterTheLastReaderOfSuchABodyHasLeftIsReleased() {
    var client = new Client();
    client.ask = 1;
    HttpCache.Running running = origin.begin(client, HttpMethod.GET, "/a");
    Body body = origin.answer(200, "cache-control", "max-age=60");
    for (int i = 0; i < 5; i++) {
      body.send("x".repeat(256 * 1024));
    }
    requireNonNull(client.subscription).cancel();
    running.cancel();
    assertThat(body.cancelled).isTrue();
    ByteBuf late = Unpooled.copiedBuffer("late", UTF_8);
    requireNonNull(body.to).onNext(late);
    assertThat(late.refCnt()).isZero();
  }

  /** Whose code fails, whatever it hears. */
  static final class Unable extends Client {
    @Override
    public void onUnshared() {
      throw new IllegalStateException("a client's own fault");
    }

    @Override
    public void onResponse(
        HttpResponse newHead, Flow.@Nullable Publisher<ByteBuf> from, CacheResult newResult) {
      Unwanted.response(newHead, from);
      throw new IllegalStateException("a client's own fault");
    }

    @Override
    public void onFailure(FetchFailure newFailure) {
      throw new IllegalStateException("a client's own fault");
    }
  }

  @Test
  void whoComesAsTheLastOneLeavesIsAnswered() throws Exception {
    try (var leaving = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < 30_000; i++) {
        Set<Upstream.Listener> asked = ConcurrentHashMap.newKeySet();
        Upstream upstream =
            (request, body, listener) -> {
              asked.add(listener);
              return () -> asked.remove(listener);
            };
        CacheRequest request = origin.request(HttpMethod.GET, "/leave" + i);
        HttpCache.Running first = origin.cache.handle(request, upstream, new Client());
        var second = new Client();
        var ready = new AtomicInteger();
        Future<?> left =
            leaving.submit(
                () -> {
                  meet(ready);
                  first.cancel();
                });
        meet(ready);
        for (int spin = i % 40; spin > 0; spin--) {
          Thread.onSpinWait();
        }
        origin.cache.handle(request, upstream, second);
        left.get();
        for (Upstream.Listener listener : List.copyOf(asked)) {
          listener.onResponse(TestOrigin.response(200, "x", "cache-control", "max-age=1"), null, 0);
        }
        assertThat(second.status()).as("round %d", i).isEqualTo(200);
      }
    }
  }

  /** Goes on when both are there, at the same moment as far as that can be had. */
  private static void meet(AtomicInteger ready) {
    ready.incrementAndGet();
    for (int spins = 0; ready.get() < 2; spins++) {
      if (spins < 1_000) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(1_000);
      }
    }
  }
}
