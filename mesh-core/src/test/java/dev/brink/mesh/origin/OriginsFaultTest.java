package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.exchange.CallFailure.Reach;
import dev.brink.mesh.exchange.Executor;
import dev.brink.mesh.proto.OriginServer;
import io.netty.handler.codec.http.HttpMethod;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes wrong at servers, and what callers hear of it. */
class OriginsFaultTest {
  private static final OriginLimits HASTY =
      new OriginLimits(
          4096,
          20,
          64 * 1024,
          1,
          Duration.ofSeconds(30),
          Duration.ofMillis(300),
          Duration.ofMillis(300),
          Duration.ofSeconds(30));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\ncontent-length: 3\ntransfer-encoding: chunked\n\n3\nabc\n0\n\n",
        "HTTP/1.1 200 OK\ncontent-length: 3\ncontent-length: 4\n\nabcd",
        "HTTP/1.1 200 OK\ncontent-length: 3, 3\n\nabc",
        "HTTP/1.1 200 OK\ncontent-length: -3\n\nabc",
        "HTTP/1.1 200 OK\ncontent-length: +3\n\nabc",
        "HTTP/1.1 200 OK\ntransfer-encoding: gzip\n\nabc",
        "HTTP/1.1 200 OK\ntransfer-encoding: gzip, chunked\n\n3\nabc\n0\n\n",
        "HTTP/1.1 200 OK\ntransfer-encoding: chunked\ntransfer-encoding: chunked\n\n0\n\n",
        "HTTP/1.0 200 OK\ntransfer-encoding: chunked\n\n3\nabc\n0\n\n",
        "HTTP/2.0 200 OK\ncontent-length: 0\n\n",
        "HTTP/1.1 99 Odd\ncontent-length: 0\n\n",
        "HTTP/1.1 777 Odd\ncontent-length: 0\n\n",
        "HTTP/1.1 abc\ncontent-length: 0\n\n",
        "SSH-2.0-OpenSSH\n\n\n",
        "HTTP/1.1 101 Switching Protocols\nconnection: upgrade\nupgrade: websocket\n\n",
        "HTTP/1.1 200 OK\nb@d: x\ncontent-length: 0\n\n",
      })
  void anAnswerWhoseFramingIsNotClearIsRefused(String answer) {
    try (var server = TestUpstream.start(exchange -> exchange.writeLines(answer));
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      assertThat(origins.get("/").code()).isEqualTo("origin-response-invalid");
      TestOrigins.await("closed", () -> server.openConnections() == 0);
      assertThat(origins.server(0).failed()).isEqualTo(1);
    }
  }

  @Test
  void linesThatDoNotEndAsHttpsDoAreRefused() {
    try (var server =
            TestUpstream.start(
                exchange -> exchange.write("HTTP/1.1 200 OK\ncontent-length: 3\n\nabc"));
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      assertThat(origins.get("/").code()).isEqualTo("origin-response-invalid");
    }
  }

  @Test
  void aHeadIsBounded() {
    try (var server =
            TestUpstream.start(
                exchange -> {
                  if (exchange.requestLine().contains("/long")) {
                    exchange.write("HTTP/1.1 200 OK\r\nx: " + "y".repeat(5000) + "\r\n\r\n");
                  } else {
                    exchange.write("HTTP/1.1 200 OK\r\n" + "x: y\r\n".repeat(21) + "\r\n");
                  }
                });
        var origins = TestOrigins.of(TestOrigins.pool(server), options -> options.limits(HASTY))) {
      assertThat(origins.get("/long").code()).isEqualTo("origin-response-invalid");
      assertThat(origins.get("/many").code()).isEqualTo("origin-response-invalid");
    }
  }

  @Test
  void anAnswerBehindTheAnswerIsNobodys() {
    try (var server =
            TestUpstream.start(
                exchange ->
                    exchange.writeLines(
                        "HTTP/1.1 200 OK\ncontent-length: 4\n\nmine"
                            + "HTTP/1.1 200 OK\ncontent-length: 6\n\npoison"));
        var origins = TestOrigins.of(TestOrigins.pool(server).setMaxConnections(1))) {
      for (int i = 0; i < 20; i++) {
        assertThat(origins.get("/").body()).isEqualTo("mine");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "content-length: 100000\n\nsome",
        "transfer-encoding: chunked\n\n4\nsome\n",
        "transfer-encoding: chunked\n\n4\nsome\n5\nmo",
        "transfer-encoding: chunked\n\n4\nsome\nzz\nmore\n",
        "transfer-encoding: chunked\n\n4\nsomeXX",
        "transfer-encoding: chunked\n\n4\nsome\n0\n",
      })
  void aBodyThatBreaksOffNeverEndsCleanly(String headerAndBody) {
    try (var server = TestUpstream.breakingOffAfter("HTTP/1.1 200 OK\n" + headerAndBody);
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      Answer closed = origins.get("/close");
      assertThat(closed.status()).isEqualTo(200);
      assertThatThrownBy(closed::body).hasMessageContaining("origin-");
      TestOrigins.await("counted", () -> origins.server(0).failed() == 1);
    }
  }

  @Test
  void aResetInABodyBreaksItOffEvenWhenOnlyTheCloseWouldEndIt() {
    try (var server =
            TestUpstream.start(
                exchange -> {
                  exchange.write("HTTP/1.1 200 OK\r\n\r\nsome");
                  // Reset only when the client has seen the head: it then asks for more.
                  if (exchange.in().read() < 0) {
                    throw new IOException("closed");
                  }
                  TestUpstream.reset(exchange.socket());
                });
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      var body = new TestBody(1, 1);
      Answer answer =
          origins.send(TestOrigins.request(HttpMethod.PUT, "/"), body.after(server.requests));
      assertThat(answer.status()).isEqualTo(200);
      assertThatThrownBy(answer::body).hasMessageContaining("origin-connection-lost");
    }
  }

  @Test
  void aSmallAnswerCutOffIsReplacedByAnotherServers() {
    try (var bad = TestUpstream.breakingOffAfter("HTTP/1.1 200 OK\ncontent-length: 10\n\nhalf");
        var good = TestUpstream.start(exchange -> exchange.ok("good"));
        var origins = TestOrigins.of(TestOrigins.pool(bad, good))) {
      for (int i = 0; i < 4; i++) {
        assertThat(origins.get("/").body()).isEqualTo("good");
      }
      assertThat(bad.requests).hasPositiveValue();
    }
  }

  /**
   * After a first request, that loads what connecting takes: it is the server's fault only if it
   * had half of the time limit, which connecting counts to.
   */
  @Test
  void aServerThatDoesNotAnswerIsGivenUp() {
    var never = new CountDownLatch(1);
    try (var server =
            TestUpstream.start(
                exchange -> {
                  if (exchange.requestLine().contains("/first")) {
                    exchange.write("HTTP/1.1 204 No Content\r\n\r\n");
                  } else {
                    never.await();
                  }
                });
        var origins = TestOrigins.of(TestOrigins.pool(server).setTotalTimeoutMs(2_000))) {
      assertThat(origins.get("/first").status()).isEqualTo(204);
      Answer answer = origins.get("/");
      assertThat(answer.code()).isEqualTo("origin-timeout");
      assertThat(answer.failure().problem().status()).isEqualTo(504);
      assertThat(answer.failure().reach()).isEqualTo(Reach.UNKNOWN);
      assertThat(origins.server(0).failed()).isEqualTo(1);
    }
  }

  @Test
  void aCallersShortPatienceIsNotTheServersFault() {
    try (var server = TestUpstream.stallingAfter("");
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      Answer answer = Answer.eager();
      var _ =
          origins.origins.execute(
              TestOrigins.call(
                  TestOrigins.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(1)),
              TestOrigins.TARGET,
              answer);
      assertThat(answer.code()).isEqualTo("origin-timeout");
      assertThat(origins.server(0).failed()).isZero();
    }
  }

  @Test
  void aBodyThatStallsIsBrokenOff() {
    try (var server =
            TestUpstream.stallingAfter("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n");
        var origins = TestOrigins.of(TestOrigins.pool(server), options -> options.limits(HASTY))) {
      Answer answer = origins.get("/");
      assertThat(answer.status()).isEqualTo(200);
      assertThatThrownBy(answer::body).hasMessageContaining("origin-body-timeout");
    }
  }

  @Test
  void whatWasNeverSentIsSentElsewhereWhateverItIs() {
    TestUpstream gone = TestUpstream.start(exchange -> exchange.ok("gone"));
    gone.kill();
    try (var good =
            TestUpstream.start(exchange -> exchange.ok(Integer.toString(exchange.body().length)));
        var origins = TestOrigins.of(TestOrigins.pool(gone, good))) {
      for (int i = 0; i < 4; i++) {
        Answer answer =
            origins.send(TestOrigins.request(HttpMethod.POST, "/"), new TestBody(3, 1000));
        assertThat(answer.body()).isEqualTo("3000");
      }
      assertThat(origins.server(0).failed()).isPositive();

      origins.update(TestOrigins.pool(gone));
      Answer none = origins.send(TestOrigins.request(HttpMethod.POST, "/"), null);
      assertThat(none.code()).isEqualTo("origin-unreachable");
      assertThat(none.failure().reach()).isEqualTo(Reach.NOT_STARTED);
    }
  }

  @Test
  void whatMayHaveRunIsSentElsewhereOnlyWhenItIsSafe() {
    try (var bad = TestUpstream.start(exchange -> TestUpstream.reset(exchange.socket()));
        var good = TestUpstream.start(exchange -> exchange.ok("good"));
        var origins = TestOrigins.of(TestOrigins.pool(bad, good).setEjectAfterFailures(1000))) {
      int lost = 0;
      for (int i = 0; i < 10; i++) {
        assertThat(origins.get("/").body()).isEqualTo("good");
        Answer delete = origins.send(TestOrigins.request(HttpMethod.DELETE, "/"), null);
        TestOrigins.await("over", delete::over);
        if (!delete.answered()) {
          lost++;
          assertThat(delete.code()).isEqualTo("origin-connection-lost");
          assertThat(delete.failure().reach()).isEqualTo(Reach.UNKNOWN);
        }
      }
      assertThat(lost).isPositive();
      assertThat(good.requests).hasValue(10 + 10 - lost);
    }
  }

  @Test
  void retriesAreBounded() {
    var bad = new TestUpstream[4];
    var pool = TestOrigins.pool().setRetries(2).setEjectAfterFailures(1000);
    for (int i = 0; i < bad.length; i++) {
      bad[i] = TestUpstream.start(exchange -> TestUpstream.reset(exchange.socket()));
      pool.addServers(OriginServer.newBuilder().setUrl(bad[i].url()));
    }
    try (var origins = TestOrigins.of(pool)) {
      assertThat(origins.get("/").code()).isEqualTo("origin-connection-lost");
      int tries = 0;
      for (TestUpstream each : bad) {
        tries += each.requests.get();
      }
      assertThat(tries).isEqualTo(3);

      origins.update(pool.setRetries(-1));
      assertThat(origins.get("/").code()).isEqualTo("origin-connection-lost");
      for (TestUpstream each : bad) {
        tries -= each.requests.get();
      }
      assertThat(tries).isEqualTo(-1);
    } finally {
      for (TestUpstream each : bad) {
        each.close();
      }
    }
  }

  @Test
  void aBusyAnswerIsTriedElsewhereWhenThatIsSafeAndPossible() {
    try (var busy =
            TestUpstream.start(
                exchange -> {
                  exchange.body();
                  exchange.write(
                      "HTTP/1.1 503 Busy\r\nretry-after: 7\r\ncontent-length: 4\r\n\r\nbusy");
                });
        var good = TestUpstream.start(exchange -> exchange.ok("good"));
        var origins = TestOrigins.of(TestOrigins.pool(busy, good).setEjectAfterFailures(1000))) {
      int refused = 0;
      for (int i = 0; i < 10; i++) {
        assertThat(origins.get("/").body()).isEqualTo("good");
        Answer post = origins.send(TestOrigins.request(HttpMethod.POST, "/"), null);
        refused += post.status() == 503 ? 1 : 0;
      }
      assertThat(refused).isPositive();

      origins.update(TestOrigins.pool(busy));
      Answer only = origins.get("/");
      assertThat(only.status()).isEqualTo(503);
      assertThat(only.headers().get("retry-after")).isEqualTo("7");
      assertThat(only.body()).isEqualTo("busy");
    }
  }

  @Test
  void aKeptConnectionThatTurnsOutClosedIsReplaced() {
    Set<Object> seen = ConcurrentHashMap.newKeySet();
    try (var server =
            TestUpstream.start(
                exchange -> {
                  if (seen.add(exchange.socket())) {
                    exchange.ok("first");
                  } else {
                    exchange.close();
                  }
                });
        var origins = TestOrigins.of(TestOrigins.pool(server).setMaxConnections(1))) {
      for (int i = 0; i < 5; i++) {
        assertThat(origins.get("/").body()).isEqualTo("first");
      }
      assertThat(server.accepted).hasValue(5);
      assertThat(origins.server(0).failed()).isZero();

      Answer post = origins.send(TestOrigins.request(HttpMethod.POST, "/"), null);
      assertThat(post.code()).isEqualTo("origin-connection-lost");
      assertThat(post.failure().reach()).isEqualTo(Reach.UNKNOWN);
      assertThat(origins.server(0).failed()).isZero();
    }
  }

  @Test
  void aConnectionClosedWhileIdleIsForgotten() throws Exception {
    try (var server = TestUpstream.start(exchange -> exchange.ok("fine"));
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      assertThat(origins.get("/").body()).isEqualTo("fine");
      TestOrigins.await("kept", () -> origins.server(0).connections() == 1);
      server.closeConnections();
      TestOrigins.await("forgotten", () -> origins.server(0).connections() == 0);
      Answer post = origins.send(TestOrigins.request(HttpMethod.POST, "/"), null);
      assertThat(post.body()).isEqualTo("fine");
    }
  }

  @Test
  void aConnectionIsNotKeptLongerThanTheServerSays() {
    try (var server =
            TestUpstream.start(
                exchange ->
                    exchange.write(
                        "HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 0\r\n\r\n"));
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      assertThat(origins.get("/").status()).isEqualTo(200);
      TestOrigins.await("closed", () -> server.openConnections() == 0);
    }
  }

  @Test
  void whoFindsNoConnectionWaitsInABoundedLine() {
    var go = new CountDownLatch(1);
    try (var server =
            TestUpstream.start(
                exchange -> {
                  go.await();
                  exchange.ok("fine");
                });
        var origins =
            TestOrigins.of(
                TestOrigins.pool(server).setMaxConnections(1), options -> options.limits(HASTY))) {
      Answer first = origins.get("/");
      TestOrigins.await("under way", () -> server.requests.get() == 1);
      Answer second = origins.send(TestOrigins.request(HttpMethod.POST, "/"), null);
      TestOrigins.await("waits", () -> origins.server(0).waiting() == 1);
      Answer third = origins.get("/");
      assertThat(third.code()).isEqualTo("origin-busy");
      assertThat(third.failure().problem().retryAfterSeconds()).isEqualTo(1);
      assertThat(third.failure().reach()).isEqualTo(Reach.NOT_STARTED);

      go.countDown();
      assertThat(first.body()).isEqualTo("fine");
      assertThat(second.body()).isEqualTo("fine");
      assertThat(origins.server(0).failed()).isZero();
    }
  }

  @Test
  void nobodyWaitsLongerThanTheTimeLimit() {
    var go = new CountDownLatch(1);
    try (var server =
            TestUpstream.start(
                exchange -> {
                  if (exchange.requestLine().contains("/slow")) {
                    exchange.write("HTTP/1.1 200 OK\r\n\r\n");
                    go.await();
                  }
                  exchange.close();
                });
        var origins =
            TestOrigins.of(
                TestOrigins.pool(server).setMaxConnections(1).setTotalTimeoutMs(2_000))) {
      assertThat(origins.get("/slow").status()).isEqualTo(200);
      Answer waits = origins.get("/");
      assertThat(waits.code()).isEqualTo("origin-busy");
      assertThat(origins.server(0).waiting()).isZero();
      go.countDown();
    }
  }

  @Test
  void aCallerThatGoesAwayTakesItsConnectionAlong() {
    try (var server = TestUpstream.stallingAfter("");
        var origins = TestOrigins.of(TestOrigins.pool(server).setMaxConnections(1))) {
      Answer running = Answer.eager();
      Executor.Running first =
          origins.start(TestOrigins.request(HttpMethod.GET, "/"), null, running);
      TestOrigins.await("under way", () -> server.requests.get() == 1);
      Answer waiting = Answer.eager();
      Executor.Running second =
          origins.start(TestOrigins.request(HttpMethod.GET, "/"), null, waiting);
      TestOrigins.await("waits", () -> origins.server(0).waiting() == 1);

      second.cancel();
      assertThat(waiting.code()).isEqualTo("request-cancelled");
      assertThat(origins.server(0).waiting()).isZero();
      first.cancel();
      assertThat(running.code()).isEqualTo("request-cancelled");
      TestOrigins.await("closed", () -> origins.server(0).connections() == 0);
      assertThat(origins.server(0).active()).isZero();
      assertThat(origins.server(0).failed()).isZero();
    }
  }

  @Test
  void theRestOfASmallBodyIsReadToKeepTheConnectionAndOfALargeOneNot() {
    var more = new CountDownLatch(1);
    try (var server =
            TestUpstream.start(
                exchange -> {
                  boolean small = exchange.requestLine().contains("/small");
                  int length = small ? 40_000 : 40_000_000;
                  exchange.write("HTTP/1.1 200 OK\r\ncontent-length: " + length + "\r\n\r\nabc");
                  more.await();
                  exchange.write("x".repeat(length - 3));
                });
        var origins = TestOrigins.of(TestOrigins.pool(server).setMaxConnections(1))) {
      Answer small = Answer.lazy();
      var _ = origins.start(TestOrigins.request(HttpMethod.GET, "/small"), null, small);
      small.cancelBody();
      more.countDown();
      Answer large = Answer.lazy();
      var _ = origins.start(TestOrigins.request(HttpMethod.GET, "/large"), null, large);
      large.cancelBody();
      TestOrigins.await("closed", () -> origins.server(0).connections() == 0);
      assertThat(origins.server(0).failed()).isZero();
    }
  }
}
