package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.proto.Balance;
import dev.brink.mesh.proto.HealthCheck;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.proto.OriginServer;
import dev.brink.placement.origin.OriginSlot.Health;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Which server gets a request, and who is left out. */
class OriginsBalanceTest {

  private static TestUpstream named(String name) {
    return TestUpstream.start(exchange -> exchange.ok(name));
  }

  @Test
  void sharesFollowTheWeights() {
    try (var a = named("a");
        var b = named("b");
        var origins =
            TestOrigins.of(
                OriginPool.newBuilder()
                    .addServers(OriginServer.newBuilder().setUrl(a.url()))
                    .addServers(OriginServer.newBuilder().setUrl(b.url()).setWeight(3)))) {
      for (int i = 0; i < 400; i++) {
        assertThat(origins.get("/").status()).isEqualTo(200);
      }
      assertThat(a.requests).hasValue(100);
      assertThat(b.requests).hasValue(300);
      assertThat(origins.server(0).total()).isEqualTo(100);
      assertThat(origins.server(1).weight()).isEqualTo(3);
      assertThat(a.accepted.get() + b.accepted.get()).isLessThanOrEqualTo(4);
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"UNRECOGNIZED", "IP_HASH", "CONSISTENT_HASH"})
  void everyPolicyUsesEveryServer(Balance balance) {
    try (var a = named("a");
        var b = named("b");
        var origins = TestOrigins.of(TestOrigins.pool(a, b).setBalance(balance))) {
      TestOrigins.await(
          "both have answered",
          () -> {
            assertThat(origins.get("/").body()).isIn("a", "b");
            return a.requests.get() > 0 && b.requests.get() > 0;
          });
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"IP_HASH", "CONSISTENT_HASH"})
  void theSameKeyGetsTheSameServer(Balance balance) {
    try (var a = named("a");
        var b = named("b");
        var c = named("c");
        var origins =
            TestOrigins.of(
                TestOrigins.pool(a, b, c).setBalance(balance).setHashOn("header:x-user"))) {
      var seen = new HashSet<String>();
      for (int user = 0; user < 30; user++) {
        String first = as(origins, user);
        assertThat(as(origins, user)).isEqualTo(first);
        seen.add(first);
      }
      assertThat(seen).containsExactlyInAnyOrder("a", "b", "c");

      origins.update(TestOrigins.pool(a, b, c).setBalance(balance));
      seen.clear();
      for (int user = 0; user < 30; user++) {
        seen.add(as(origins, user));
      }
      assertThat(seen).hasSize(1); // all from one address

      origins.update(TestOrigins.pool(a, b, c).setBalance(balance).setHashOn("path"));
      String page = origins.get("/page?q=1").body();
      assertThat(origins.get("/page?q=2").body()).isEqualTo(page);

      origins.update(TestOrigins.pool(a, b, c).setBalance(balance).setHashOn("header:Host"));
      for (int site = 0; site < 10; site++) {
        String server = of(origins, "site" + site + ".example");
        assertThat(of(origins, "Site" + site + ".example.")).isEqualTo(server);
        assertThat(of(origins, "site" + site + ".example.:8080")).isEqualTo(server);
      }
    }
  }

  private static String of(TestOrigins origins, String host) {
    HttpRequest request = TestOrigins.request(HttpMethod.GET, "/");
    request.headers().set("host", host);
    return origins.send(request, null).body();
  }

  private static String as(TestOrigins origins, int user) {
    HttpRequest request = TestOrigins.request(HttpMethod.GET, "/");
    request.headers().set("x-user", "user-" + user);
    return origins.send(request, null).body();
  }

  @Test
  void theNextTierAnswersWhenTheFirstIsGone() {
    try (var a = named("a");
        var b = named("b");
        var origins =
            TestOrigins.of(
                OriginPool.newBuilder()
                    .addServers(OriginServer.newBuilder().setUrl(a.url()))
                    .addServers(OriginServer.newBuilder().setUrl(b.url()).setTier(1)))) {
      for (int i = 0; i < 10; i++) {
        assertThat(origins.get("/").body()).isEqualTo("a");
      }
      a.kill();
      for (int i = 0; i < 10; i++) {
        assertThat(origins.get("/").body()).isEqualTo("b");
      }
    }
  }

  @Test
  void whatIsNotAPolicyIsRefusedWithWhatIs() {
    OriginPool.Builder pool =
        OriginPool.newBuilder().addServers(OriginServer.newBuilder().setUrl("http://127.0.0.1:1"));
    assertThatThrownBy(() -> Origins.check(pool.clone().setBalanceValue(99).build()))
        .hasMessageStartingWith("balance: 99 (expected: one of [ROUND_ROBIN, RANDOM,");
    assertThatThrownBy(() -> Origins.check(pool.clone().setHashOn("cookie").build()))
        .hasMessage("hash_on: cookie (expected: client-ip, path or header:NAME)");
    assertThatThrownBy(() -> Origins.check(pool.clone().setSlowStartMs(-1).build()))
        .hasMessage("slow_start_ms: -1 (expected: 0 to 86400000)");
    pool.getServersBuilder(0).setTier(101);
    assertThatThrownBy(() -> Origins.check(pool.build()))
        .hasMessage("tier: 101 (expected: 0 to 100)");
  }

  @Test
  void theServerWithFewerRequestsUnderWayIsPreferred() {
    var slow = new CountDownLatch(1);
    try (var a =
            TestUpstream.start(
                exchange -> {
                  slow.await();
                  exchange.ok("a");
                });
        var b = named("b");
        var origins = TestOrigins.of(TestOrigins.pool(a, b).setBalance(Balance.LEAST_REQUESTS))) {
      List<Answer> waiting = new ArrayList<>();
      do {
        waiting.add(origins.get("/"));
        TestOrigins.await(
            "answered by b or held by a", () -> a.requests.get() == 1 || waiting.getLast().over());
      } while (a.requests.get() == 0);

      for (int i = 0; i < 20; i++) {
        assertThat(origins.get("/").body()).isEqualTo("b");
      }

      assertThat(origins.server(0).active()).isEqualTo(1);
      slow.countDown();
      assertThat(waiting.getLast().body()).isEqualTo("a");
    }
  }

  @Test
  void aServerKilledUnderLoadCostsNoRequest() throws Exception {
    try (var a = named("a");
        var b = named("b");
        var c = named("c");
        var origins = TestOrigins.of(TestOrigins.pool(a, b, c))) {
      var stop = new AtomicBoolean();
      var done = new AtomicInteger();
      var failures = new ConcurrentLinkedQueue<String>();
      var clients = new ArrayList<Thread>();
      for (int i = 0; i < 16; i++) {
        clients.add(
            Thread.startVirtualThread(
                () -> {
                  while (!stop.get()) {
                    Answer answer = origins.get("/");
                    TestOrigins.await("answer or failure", answer::over);
                    if (answer.answered()) {
                      assertThat(answer.body()).hasSize(1);
                      done.incrementAndGet();
                    } else {
                      failures.add(answer.failure().toString());
                    }
                  }
                }));
      }
      for (int round = 0; round < 2; round++) {
        int before = done.get();
        TestOrigins.await("load", () -> done.get() > before + 300);
        b.kill();
        TestOrigins.await("ejected", () -> origins.server(1).health() == Health.EJECTED);
        int gone = done.get();
        TestOrigins.await("load goes on", () -> done.get() > gone + 300);
        b.restart();
        int atB = b.requests.get();
        TestOrigins.await("returned", () -> b.requests.get() > atB + 50);
      }
      stop.set(true);
      for (Thread client : clients) {
        client.join();
      }

      assertThat(failures).isEmpty();
      assertThat(origins.server(1).failed()).isGreaterThanOrEqualTo(5);
      assertThat(origins.server(0).failed()).isZero();
      TestOrigins.await(
          "nothing is under way",
          () ->
              origins.origins.status().getFirst().servers().stream()
                  .allMatch(server -> server.active() == 0));
    }
  }

  @Test
  void answersThatBlameTheServerArePassedOnAndEjectIt() {
    try (var a =
            TestUpstream.start(
                exchange ->
                    exchange.write("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n"));
        var b = named("b");
        var origins = TestOrigins.of(TestOrigins.pool(a, b).setEjectAfterFailures(3))) {
      int bad = 0;
      for (int i = 0; i < 6; i++) {
        bad += origins.get("/").status() == 502 ? 1 : 0;
      }
      assertThat(bad).isEqualTo(3);
      assertThat(origins.server(0).health()).isEqualTo(Health.EJECTED);
      assertThat(origins.get("/").status()).isEqualTo(200);
      assertThat(origins.get("/").status()).isEqualTo(200);
    }
  }

  @Test
  void activeChecksTakeAServerOutAndBringItBack() {
    var well = new AtomicBoolean(true);
    var checks = new AtomicInteger();
    var checked = new ConcurrentLinkedQueue<TestUpstream.Exchange>();
    try (var a =
            TestUpstream.start(
                exchange -> {
                  if (exchange.requestLine().equals("GET /health HTTP/1.1")) {
                    checks.incrementAndGet();
                    checked.add(exchange);
                    exchange.write(
                        (well.get() ? "HTTP/1.1 204 Well" : "HTTP/1.1 500 Not")
                            + "\r\nconnection: close\r\n\r\n");
                    exchange.close();
                  } else {
                    exchange.ok("a");
                  }
                });
        var b = named("b");
        var origins =
            TestOrigins.of(
                TestOrigins.pool(a, b)
                    .setHealthCheck(
                        HealthCheck.newBuilder()
                            .setPath("/health")
                            .setIntervalMs(20)
                            .setTimeoutMs(5_000)))) {
      TestOrigins.await("checked", () -> checks.get() > 2);
      assertThat(origins.server(0).health()).isEqualTo(Health.HEALTHY);
      assertThat(checked.element().header("host")).containsExactly("127.0.0.1:" + a.port());

      well.set(false);
      TestOrigins.await("out", () -> origins.server(0).health() == Health.UNHEALTHY);
      // Its standing is seen a moment before it is picked by it.
      TestOrigins.await(
          "b alone",
          () -> IntStream.range(0, 10).allMatch(i -> origins.get("/").body().equals("b")));

      // What stays keeps its standing when others come, whatever else changes.
      try (var c = named("c")) {
        OriginPool.Builder three =
            TestOrigins.pool(a, b, c)
                .setHealthCheck(HealthCheck.newBuilder().setPath("/health").setIntervalMs(60_000));
        origins.update(three);
        assertThat(origins.server(0).health()).isEqualTo(Health.UNHEALTHY);
        origins.update(three.setBalance(Balance.LEAST_REQUESTS));
        assertThat(origins.server(0).health()).isEqualTo(Health.UNHEALTHY);
        assertThat(origins.server(2).health()).isEqualTo(Health.HEALTHY);
      }

      well.set(true);
      origins.update(
          TestOrigins.pool(a, b)
              .setHealthCheck(HealthCheck.newBuilder().setPath("/health").setIntervalMs(20)));
      TestOrigins.await("back", () -> origins.server(0).health() == Health.HEALTHY);
      TestOrigins.await("picked again", () -> origins.get("/").body().equals("a"));
    }
  }

  @Test
  void aServerThatIsDownStaysNotSoWhenNobodyChecksAnyMore() {
    try (var a =
            TestUpstream.start(
                exchange -> exchange.write("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"));
        var origins =
            TestOrigins.of(
                TestOrigins.pool(a)
                    .setHealthCheck(
                        HealthCheck.newBuilder().setPath("/health").setIntervalMs(10)))) {
      TestOrigins.await("out", () -> origins.server(0).health() == Health.UNHEALTHY);
      origins.update(TestOrigins.pool(a));
      assertThat(origins.server(0).health()).isEqualTo(Health.HEALTHY);
    }
  }

  @Test
  void connectionsOfWhatGoesEndOnceTheyAreFree() {
    var finish = new CountDownLatch(1);
    try (var a =
            TestUpstream.start(
                exchange -> {
                  if (exchange.requestLine().contains("/slow")) {
                    finish.await();
                  }
                  exchange.ok("a");
                });
        var b = named("b");
        var origins = TestOrigins.of(TestOrigins.pool(a))) {
      Answer slow = origins.get("/slow");
      TestOrigins.await("under way", () -> a.requests.get() == 1);
      assertThat(origins.get("/").body()).isEqualTo("a");

      origins.update(TestOrigins.pool(b));
      assertThat(origins.get("/").body()).isEqualTo("b");
      TestOrigins.await("the idle one is closed", () -> a.openConnections() == 1);
      finish.countDown();
      assertThat(slow.body()).isEqualTo("a");
      TestOrigins.await("all are closed", () -> a.openConnections() == 0);

      origins.origins.update(Map.of());
      TestOrigins.await("all of b's are closed", () -> b.openConnections() == 0);
      assertThat(origins.get("/").code()).isEqualTo("origin-not-found");
    }
  }

  @Test
  void aDefinitionThatIsNotValidChangesNothing() {
    try (var a = named("a");
        var origins = TestOrigins.of(TestOrigins.pool(a))) {
      OriginPool.Builder bad =
          OriginPool.newBuilder().addServers(OriginServer.newBuilder().setUrl("ftp://x"));
      origins.update(bad);
      assertThat(origins.get("/").body()).isEqualTo("a");
      assertThatThrownBy(() -> Origins.check(bad.build()))
          .hasMessage("url: ftp://x (expected: http://host:port or https://host:port)");
      assertThatThrownBy(() -> Origins.check(TestOrigins.pool(a, a).build()))
          .hasMessage("servers: " + a.url() + " (expected: each server once)");
      assertThatThrownBy(() -> Origins.check(TestOrigins.pool(a).setRetries(-2).build()))
          .hasMessage("retries: -2 (expected: >= 0)");
    }
  }
}
