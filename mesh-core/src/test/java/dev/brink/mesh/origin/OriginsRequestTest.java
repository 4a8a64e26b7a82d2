package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallFailure.Reach;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.origin.TestUpstream.Exchange;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server gets to see, and what becomes of its answer. */
class OriginsRequestTest {

  private static Exchange seen(HttpRequest request, boolean keepHost, String host) {
    var seen = new CompletableFuture<Exchange>();
    try (var server =
            TestUpstream.start(
                exchange -> {
                  seen.complete(exchange);
                  exchange.ok("fine");
                });
        var origins =
            TestOrigins.of(TestOrigins.pool(server).setKeepHost(keepHost).setHost(host))) {
      assertThat(origins.send(request, null).body()).isEqualTo("fine");
      Exchange exchange = Answer.get(seen);
      if (!keepHost && host.isEmpty()) {
        assertThat(exchange.header("host")).containsExactly("127.0.0.1:" + server.port());
      }
      return exchange;
    }
  }

  @Test
  void theServersOwnAuthorityIsTheHostByDefault() {
    Exchange seen = seen(TestOrigins.request(HttpMethod.GET, "/a?b=c"), false, "");
    assertThat(seen.requestLine()).isEqualTo("GET /a?b=c HTTP/1.1");
  }

  @Test
  void theClientsHostIsKept() {
    Exchange seen = seen(TestOrigins.request(HttpMethod.GET, "/"), true, "");
    assertThat(seen.header("host")).containsExactly("www.example.org");
  }

  @Test
  void aHostIsSet() {
    Exchange seen = seen(TestOrigins.request(HttpMethod.GET, "/"), false, "shop.internal");
    assertThat(seen.header("host")).containsExactly("shop.internal");
  }

  @Test
  void saysForWhomItIsForwarded() {
    HttpRequest request = TestOrigins.request(HttpMethod.GET, "/");
    request.headers().add("X-Forwarded-For", "198.51.100.1");
    request.headers().add("X-Forwarded-For", "198.51.100.2");
    request.headers().set("X-Forwarded-Proto", "gopher").set("X-Forwarded-Host", "evil.example");
    request.headers().set("Via", "1.1 cdn");
    request.headers().add("CDN-Loop", "cdn.example; a=b").add("CDN-Loop", "brink, other");

    Exchange seen = seen(request, false, "");

    assertThat(seen.header("x-forwarded-for"))
        .containsExactly("198.51.100.1, 198.51.100.2, 192.0.2.7");
    assertThat(seen.header("x-forwarded-proto")).containsExactly("https");
    assertThat(seen.header("x-forwarded-host")).containsExactly("www.example.org");
    assertThat(seen.header("via")).containsExactly("1.1 cdn", "1.1 brink");
    assertThat(seen.header("cdn-loop"))
        .singleElement()
        .asString()
        .matches("cdn\\.example; a=b, brink, other, brink;mesh=[0-9a-f]{32}");
    assertThat(seen.header("brink-request-id")).containsExactly("req-1");
  }

  @Test
  void whomItIsForwardedForIsSaidOnce() {
    HttpRequest request = TestOrigins.request(HttpMethod.GET, "/");
    request.headers().set("X-Forwarded-For", "192.0.2.7");
    assertThat(seen(request, false, "").header("x-forwarded-for")).containsExactly("192.0.2.7");
  }

  @Test
  void nobodyIsNamedForWhatIsForNoClient() {
    var seen = new CompletableFuture<Exchange>();
    try (var server =
            TestUpstream.start(
                exchange -> {
                  seen.complete(exchange);
                  exchange.ok("fine");
                });
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      Answer answer = Answer.eager();
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      HttpRequest request = TestOrigins.request(HttpMethod.GET, "/");
      var _ =
          origins.origins.execute(
              new Call(request, "http", null, "", "req-1", deadline), TestOrigins.TARGET, answer);
      assertThat(answer.body()).isEqualTo("fine");
      assertThat(Answer.get(seen).header("x-forwarded-for")).isEmpty();
    }
  }

  @Test
  void onlyEndToEndHeadersArePassedOn() {
    HttpRequest request = TestOrigins.request(HttpMethod.GET, "/");
    request
        .headers()
        .set("Connection", "keep-alive, X-Hop")
        .set("X-Hop", "1")
        .set("Keep-Alive", "5")
        .set("TE", "trailers")
        .set("Upgrade", "h2c")
        .set("Proxy-Authorization", "Basic YTpi")
        .set("Expect", "100-continue")
        .set("Accept", "text/plain")
        .set("X-Latin", "caf\u00e9");

    Exchange seen = seen(request, false, "");

    for (String name :
        List.of("connection", "x-hop", "keep-alive", "te", "upgrade", "proxy-authorization")) {
      assertThat(seen.header(name)).as(name).isEmpty();
    }
    assertThat(seen.header("expect")).isEmpty();
    assertThat(seen.header("accept")).containsExactly("text/plain");
    assertThat(seen.header("x-latin")).containsExactly("caf\u00e9");
    assertThat(seen.header("content-length")).isEmpty();
  }

  @Test
  void whatCouldBeReadAsTwoRequestsIsNotSent() {
    try (var server = TestUpstream.start(exchange -> exchange.ok(""));
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      HttpRequest request =
          new DefaultHttpRequest(
              HttpVersion.HTTP_1_1,
              HttpMethod.GET,
              "/",
              DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders());
      request.headers().set("X-Bad", "a\r\nGET /admin HTTP/1.1");

      Answer answer = origins.send(request, null);

      assertThat(answer.code()).isEqualTo("request-not-forwardable");
      assertThat(answer.failure().reach()).isEqualTo(Reach.RAN);
      assertThat(server.requests).hasValue(0);
      assertThat(origins.get("/").status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "content-length: 4\n\nbody",
        "content-length: 0\n\n",
        "transfer-encoding: chunked\n\n4\nbody\n0\n\n",
        "transfer-encoding: chunked\n\n4\nbody\n",
        "content-length: 1000000\n\nbody",
        "connection: close\n\nbody"
      })
  void whatResetContentHasForABodyIsDropped(String rest) {
    try (var server = TestUpstream.stallingAfter("HTTP/1.1 205 Reset Content\n" + rest);
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      Answer answer = origins.get("/");
      assertThat(answer.status()).isEqualTo(205);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.headers().get("content-length")).isEqualTo("0");
      assertThat(origins.server(0).failed()).isZero();
    }
  }

  /** What comes behind it, however late, is no answer to the next request. */
  @ParameterizedTest
  @ValueSource(strings = {"content-length: 45\n", "transfer-encoding: chunked\n"})
  void whatResetContentHasForABodyIsNoOtherAnswer(String header) {
    try (var server =
            TestUpstream.start(
                exchange ->
                    exchange.writeLines(
                        "HTTP/1.1 205 Reset Content\n"
                            + header
                            + "\nHTTP/1.1 200 OK\ncontent-length: 6\n\npoison"));
        var origins = TestOrigins.of(TestOrigins.pool(server).setMaxConnections(1))) {
      for (int i = 0; i < 20; i++) {
        assertThat(origins.get("/").status()).isEqualTo(205);
      }
      assertThat(server.accepted).hasValue(20);
    }
  }

  @Test
  void resetContentWithoutABodyKeepsTheConnection() {
    try (var server =
            TestUpstream.start(
                exchange -> exchange.write("HTTP/1.1 205 Reset\r\ncontent-length: 0\r\n\r\n"));
        var origins = TestOrigins.of(TestOrigins.pool(server).setMaxConnections(1))) {
      for (int i = 0; i < 5; i++) {
        assertThat(origins.get("/").status()).isEqualTo(205);
      }
      assertThat(server.accepted).hasValue(1);
    }
  }

  @Test
  void bodilessAnswersAndInterimOnesKeepTheConnection() {
    try (var server =
            TestUpstream.start(
                exchange -> {
                  if (exchange.requestLine().startsWith("HEAD")) {
                    exchange.write("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n");
                  } else if (exchange.requestLine().contains("/304")) {
                    exchange.write("HTTP/1.1 304 Not Modified\r\ncontent-length: 77\r\n\r\n");
                  } else if (exchange.requestLine().contains("/204")) {
                    exchange.write("HTTP/1.1 204 No Content\r\n\r\n");
                  } else {
                    exchange.write(
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
                    exchange.ok("late");
                  }
                });
        var origins = TestOrigins.of(TestOrigins.pool(server).setMaxConnections(1))) {
      Answer head = origins.send(TestOrigins.request(HttpMethod.HEAD, "/"), null);
      assertThat(head.headers().get("content-length")).isEqualTo("1000");
      assertThat(head.body()).isEmpty();
      assertThat(origins.get("/304").status()).isEqualTo(304);
      assertThat(origins.get("/204").status()).isEqualTo(204);
      Answer hinted = origins.get("/hints");
      assertThat(hinted.status()).isEqualTo(200);
      assertThat(hinted.body()).isEqualTo("late");
      assertThat(server.accepted).hasValue(1);
    }
  }

  @Test
  void hopByHopHeadersOfTheAnswerAreDropped() {
    try (var server =
            TestUpstream.start(
                exchange ->
                    exchange.writeLines(
                        """
                        HTTP/1.1 200 OK
                        Connection: close, X-Hop
                        X-Hop: 1
                        Keep-Alive: timeout=5
                        Proxy-Authenticate: Basic
                        Transfer-Encoding: chunked
                        Set-Cookie: a=1
                        Set-Cookie: b=2

                        3
                        abc
                        3;x=y
                        def
                        0
                        Trailer: t

                        """));
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      Answer answer = origins.get("/");
      assertThat(answer.body()).isEqualTo("abcdef");
      assertThat(answer.headers().names()).containsExactly("Set-Cookie");
      assertThat(answer.headers().getAll("set-cookie")).containsExactly("a=1", "b=2");
      assertThat(answer.timing().node()).isEqualTo(server.url());
      assertThat(answer.timing().netNanos()).isPositive();
      TestOrigins.await("closed as the server said", () -> origins.server(0).connections() == 0);
    }
  }

  @Test
  void anAnswerWithoutLengthEndsWithTheConnection() {
    try (var server =
            TestUpstream.start(
                exchange -> {
                  exchange.write("HTTP/1.0 200 OK\r\n\r\nall ");
                  exchange.write("of it");
                  exchange.close();
                });
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      assertThat(origins.get("/").body()).isEqualTo("all of it");
      assertThat(origins.get("/").body()).isEqualTo("all of it");
      assertThat(server.accepted).hasValue(2);
    }
  }

  @Test
  void aPoolThatIsNotThereIsSaidSo() {
    try (var server = TestUpstream.start(exchange -> exchange.ok(""));
        var origins = TestOrigins.of(TestOrigins.pool(server))) {
      Answer answer = Answer.eager();
      var _ =
          origins.origins.execute(
              TestOrigins.call(
                  TestOrigins.request(HttpMethod.GET, "/"), null, Duration.ofSeconds(1)),
              new Target.Origin("acme", "shop"),
              answer);
      assertThat(answer.code()).isEqualTo("origin-not-found");
      assertThat(answer.failure().reach()).isEqualTo(Reach.NOT_STARTED);
    }
  }
}
