package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.exchange.CallFailure.Reach;
import dev.brink.mesh.http.Problem;
import dev.brink.mesh.http.ProblemException;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.io.EOFException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are larger than what may be held of them. */
class OriginsStreamTest {
  private static final int PIECE = 64 * 1024;
  private static final int PIECES = 1024;
  private static final long ALL = (long) PIECE * PIECES;

  /** What two sockets' buffers and ours may hold between them. */
  private static final long MOST_HELD = ALL / 4;

  /** Waits until a number has stopped growing, and returns it. */
  static long settled(AtomicLong number) {
    var last = new AtomicLong(-1);
    var same = new AtomicLong();
    TestOrigins.await(
        "settled",
        () -> {
          long now = number.get();
          same.set(now == last.getAndSet(now) ? same.get() + 1 : 0);
          return now > 0 && same.get() > 200;
        });
    return number.get();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anUploadWaitsForASlowServer(boolean chunked) {
    var go = new CountDownLatch(1);
    try (var server =
            TestUpstream.start(
                exchange -> {
                  go.await();
                  exchange.ok(Long.toString(exchange.readBody((bytes, n) -> {})));
                });
        var origins = TestOrigins.of(TestOrigins.pool(server).setMaxConnections(1))) {
      var body = new TestBody(PIECES, PIECE);
      HttpRequest request = TestOrigins.request(HttpMethod.POST, "/");
      if (!chunked) {
        request.headers().set("Content-Length", ALL);
      }
      Answer answer = origins.send(request, body);

      assertThat(settled(body.produced)).isLessThan(MOST_HELD);
      go.countDown();
      assertThat(answer.body()).isEqualTo(Long.toString(ALL));
      assertThat(body.subscriptions).hasValue(1);
      assertThat(server.accepted).hasValue(1);
      assertThat(origins.get("/").body()).isEqualTo("0");
      assertThat(server.accepted).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDownloadWaitsForASlowClient(boolean chunked) {
    var written = new AtomicLong();
    byte[] piece = new byte[PIECE];
    try (var server =
            TestUpstream.start(
                exchange -> {
                  exchange.write(
                      "HTTP/1.1 200 OK\r\n"
                          + (chunked ? "transfer-encoding: chunked" : "content-length: " + ALL)
                          + "\r\n\r\n");
                  for (int i = 0; i < PIECES; i++) {
                    if (chunked) {
                      exchange.write(Integer.toHexString(PIECE) + "\r\n");
                    }
                    exchange.out().write(piece);
                    if (chunked) {
                      exchange.write("\r\n");
                    }
                    written.addAndGet(PIECE);
                  }
                  exchange.write(chunked ? "0\r\n\r\n" : "");
                });
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      Answer answer = Answer.lazy();
      var _ = origins.start(TestOrigins.request(HttpMethod.GET, "/"), null, answer);
      assertThat(answer.status()).isEqualTo(200);

      assertThat(settled(written)).isLessThan(MOST_HELD);
      answer.take(1);
      assertThat(settled(written)).isLessThan(MOST_HELD);
      answer.take(Long.MAX_VALUE);
      assertThat(answer.length()).isEqualTo(ALL);
      TestOrigins.await("kept", () -> origins.server(0).active() == 0);
      assertThat(origins.server(0).connections()).isEqualTo(1);
    }
  }

  @Test
  void bothBodiesStreamAtTheSameTime() {
    try (var server =
            TestUpstream.start(
                exchange -> {
                  exchange.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
                  exchange.readBody(
                      (bytes, n) -> {
                        if (n > 0) {
                          exchange.write(Integer.toHexString(n) + "\r\n");
                          exchange.out().write(bytes, 0, n);
                          exchange.write("\r\n");
                        }
                      });
                  exchange.write("0\r\n\r\n");
                });
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      var body = new TestBody(PIECES / 4, PIECE);
      Answer answer = origins.send(TestOrigins.request(HttpMethod.POST, "/"), body);
      assertThat(answer.length()).isEqualTo(ALL / 4);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2500, 1500})
  void aBodyThatIsNotAsLongAsItSaysIsBrokenOff(int declared) {
    var seen = new CompletableFuture<Throwable>();
    try (var server =
            TestUpstream.start(
                exchange -> {
                  try {
                    exchange.readBody((bytes, n) -> {});
                    exchange.ok("all");
                  } catch (EOFException e) {
                    seen.complete(e);
                    throw e;
                  }
                });
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      HttpRequest request = TestOrigins.request(HttpMethod.POST, "/");
      request.headers().set("Content-Length", declared);
      Answer answer = origins.send(request, new TestBody(2, 1000));
      assertThat(answer.code()).isEqualTo("request-broken");
      assertThat(answer.failure().reach()).isEqualTo(Reach.RAN);
      assertThat(Answer.get(seen)).isInstanceOf(EOFException.class);
      assertThat(origins.server(0).failed()).isZero();
    }
  }

  @Test
  void aBodyThatBreaksOffNeverReachesTheServerAsAWholeOne() {
    var seen = new CompletableFuture<Throwable>();
    try (var server =
            TestUpstream.start(
                exchange -> {
                  try {
                    exchange.readBody((bytes, n) -> {});
                    exchange.ok("all");
                  } catch (EOFException e) {
                    seen.complete(e);
                    throw e;
                  }
                });
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      var cause = new ProblemException(Problem.of(413, "body-too-large", "body: too large"));
      Answer answer =
          origins.send(
              TestOrigins.request(HttpMethod.PUT, "/"), new TestBody(2, 1000).failing(cause));
      assertThat(answer.code()).isEqualTo("body-too-large");
      assertThat(Answer.get(seen)).isInstanceOf(EOFException.class);
    }
  }

  @Test
  void anAnswerBeforeTheBodysEndStopsTheBody() {
    try (var server =
            TestUpstream.start(
                exchange -> {
                  exchange.write("HTTP/1.1 413 Too Large\r\ncontent-length: 3\r\n\r\nbig");
                  // Until the other side has closed.
                  exchange.in().transferTo(OutputStream.nullOutputStream());
                });
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      var body = new TestBody(Integer.MAX_VALUE, 10).after(server.requests);
      Answer answer = origins.send(TestOrigins.request(HttpMethod.POST, "/"), body);
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).isEqualTo("big");
      TestOrigins.await("stopped", () -> body.cancelled);
      TestOrigins.await("closed", () -> server.openConnections() == 0);
    }
  }

  @Test
  void aClientThatTakesNothingIsNotWaitedForForEver() {
    var defaults = OriginLimits.defaults();
    var hasty =
        new OriginLimits(
            defaults.maxHeadBytes(),
            defaults.maxHeaders(),
            defaults.bodyBufferBytes(),
            defaults.maxWaiting(),
            defaults.idleTimeout(),
            defaults.bodyTimeout(),
            Duration.ofMillis(200),
            defaults.upgradedIdleTimeout());
    try (var server =
            TestUpstream.start(
                exchange -> {
                  exchange.write("HTTP/1.1 200 OK\r\ncontent-length: " + ALL + "\r\n\r\n");
                  exchange.out().write(new byte[(int) ALL]);
                });
        var origins = TestOrigins.of(TestOrigins.pool(server), options -> options.limits(hasty))) {
      Answer answer = Answer.lazy();
      var _ = origins.start(TestOrigins.request(HttpMethod.GET, "/"), null, answer);
      assertThat(answer.status()).isEqualTo(200);
      TestOrigins.await("given up", () -> origins.server(0).connections() == 0);
      assertThat(origins.server(0).failed()).isZero();
      answer.take(Long.MAX_VALUE);
      assertThatThrownBy(answer::body).hasMessageContaining("origin-timeout");
    }
  }
}
