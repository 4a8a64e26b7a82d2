package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is no HTTP/1 request is refused, with a reason, and never reaches a handler. */
class Http1StrictnessTest {
  private static final List<String> HANDLED = new CopyOnWriteArrayList<>();
  private static final List<Problem> REFUSED = new CopyOnWriteArrayList<>();
  private static TestServer server;

  @BeforeAll
  static void start() {
    HttpServerListener listener =
        new HttpServerListener() {
          @Override
          public void requestRefused(InetSocketAddress remote, Problem problem) {
            REFUSED.add(problem);
          }
        };
    HttpLimits limits =
        HttpLimits.builder()
            .maxRequestLineBytes(200)
            .maxHeaderBytes(1000)
            .maxHeaders(10)
            .maxBodyBytes(1000)
            .build();
    server =
        TestServer.start(
            Http1StrictnessTest::handle, options -> options.limits(limits).listener(listener));
  }

  private static void handle(ServerExchange exchange) {
    HANDLED.add(exchange.request().method() + " " + exchange.request().uri());
    if (exchange.body() == null) {
      exchange.respond(TestServer.ok(exchange.request().headers().get("host")));
      return;
    }
    Collector.of(exchange.body()).then(text -> exchange.respond(TestServer.ok("<" + text + ">")));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void clear() {
    HANDLED.clear();
    REFUSED.clear();
  }

  private static Arguments refused(int status, String code, String request) {
    return Arguments.of(request, status, code);
  }

  private static String get(String... headers) {
    return "GET / HTTP/1.1\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
  }

  private static String post(String headers, String body) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
  }

  static Stream<Arguments> badHeads() {
    List<Arguments> all = new ArrayList<>();
    // Request lines.
    for (String line :
        List.of(
            "GET /",
            "GET  / HTTP/1.1",
            "GET /  HTTP/1.1",
            "GET / HTTP/1.1 ",
            " GET / HTTP/1.1",
            "GET\t/ HTTP/1.1",
            "G@T / HTTP/1.1",
            "GET / http/1.1",
            "GET / HTTP/11",
            "GET / HTTP/1.1x",
            "GET / HTTP/x.1",
            "GET / HTTPS/1.1",
            "GET HTTP/1.1",
            "\0GET / HTTP/1.1")) {
      all.add(refused(400, "bad-request-line", line + "\r\nHost: a\r\n\r\n"));
    }
    for (String target :
        List.of("a", "/a#b", "/a\u0001b", "/\t", "/a\u00e9", "*", "ftp://a/", "a:80", "/\u007f")) {
      all.add(refused(400, "bad-target", "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n"));
    }
    for (String version : List.of("HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3.0")) {
      all.add(refused(505, "version-not-supported", "GET / " + version + "\r\nHost: a\r\n\r\n"));
    }
    all.add(refused(501, "method-not-implemented", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"));
    all.add(refused(501, "method-not-implemented", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"));
    // Line ends.
    all.add(refused(400, "bad-line-end", "GET / HTTP/1.1\nHost: a\n\n"));
    all.add(refused(400, "bad-line-end", "GET / HTTP/1.1\r\nHost: a\n\r\n"));
    all.add(refused(400, "bad-header", get("Host: a", "X: a\rb")));
    all.add(refused(400, "bad-header", get("Host: a", "X: a\0b")));
    all.add(refused(400, "bad-header", get("Host: a", "X: a\u0007b")));
    // Header names, folding.
    all.add(refused(400, "bad-header", get("Host: a", "X : b")));
    all.add(refused(400, "bad-header", get("Host: a", " X: b")));
    all.add(refused(400, "bad-header", get("Host: a", "X: b", " folded")));
    all.add(refused(400, "bad-header", get("Host: a", "X: b", "\tfolded")));
    all.add(refused(400, "bad-header", get("Host: a", ": b")));
    all.add(refused(400, "bad-header", get("Host: a", "no colon")));
    all.add(refused(400, "bad-header", get("Host: a", "X\0: b")));
    all.add(refused(400, "bad-header", get("Host: a", "X\u00e9: b")));
    // Host.
    all.add(refused(400, "bad-host", get("X: a")));
    all.add(refused(400, "bad-host", "GET / HTTP/1.0\r\nHost: a b\r\n\r\n"));
    all.add(refused(400, "bad-host", get("Host: a", "Host: a")));
    all.add(refused(400, "bad-host", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"));
    all.add(refused(400, "bad-host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"));
    for (String host :
        List.of(
            "",
            "a b",
            "a,b",
            "a/b",
            "u@a",
            "a:b",
            "a:",
            "a:999999",
            "a:-1",
            "[::1",
            "[]",
            "[::1]x",
            "[g::]",
            "a:80:80",
            "a?b",
            "a#b",
            "a\\b",
            "\u00e9")) {
      all.add(refused(400, "bad-host", get("Host: " + host)));
    }
    // Framing.
    for (String framing :
        List.of(
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: 1\r\nContent-Length: 2\r\n",
            "Content-Length: 1, 1\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 0x1\r\n",
            "Content-Length: 1 1\r\n",
            "Content-Length: \r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: gzip\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: \"chunked\"\r\n",
            "Transfer-Encoding: \u000bchunked\r\n",
            "Transfer-Encoding:\r\n")) {
      String code = framing.contains("\u000b") ? "bad-header" : "bad-framing";
      all.add(refused(400, code, post(framing, "x")));
    }
    all.add(
        refused(
            400,
            "bad-framing",
            "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
    all.add(refused(417, "expectation-failed", get("Host: a", "Expect: 200-ok")));
    // Sizes.
    all.add(refused(414, "target-too-long", "GET /" + "a".repeat(300)));
    all.add(refused(414, "target-too-long", "GET /" + "a".repeat(300) + " HTTP/1.1\r\n\r\n"));
    all.add(refused(431, "headers-too-large", get("Host: a", "X: " + "a".repeat(1000))));
    all.add(refused(431, "headers-too-large", "GET / HTTP/1.1\r\nX: " + "a".repeat(1100)));
    all.add(refused(431, "headers-too-large", get("Host: a" + "\r\nX: b".repeat(10))));
    all.add(refused(413, "body-too-large", post("Content-Length: 1001\r\n", "x")));
    // Another protocol altogether.
    all.add(refused(400, "bad-request-line", "\u0016\u0003\u0001\u0002\0\u0001"));
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("badHeads")
  void refusesWhatIsNoRequest(String request, int status, String code) throws IOException {
    try (RawClient client = server.connect()) {
      RawClient.Answer answer = client.send(request).answer();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.header("connection")).contains("close");
      assertThat(answer.header("content-type")).contains("application/problem+json");
      assertThat(answer.body())
          .contains("\"code\":\"" + code + "\"", "\"status\":" + status)
          .contains("\"request_id\":\"" + answer.header("brink-request-id").orElseThrow() + "\"");
      assertThat(client.ended()).isTrue();
    }
    assertThat(HANDLED).isEmpty();
    assertThat(REFUSED).extracting(Problem::code).containsExactly(code);
  }

  static Stream<String> badBodies() {
    String trailers = "0\r\n" + "X: y\r\n".repeat(11) + "\r\n";
    return Stream.of(
        "x\r\n",
        "\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\rX0\r\n\r\n",
        "5\r\rhello\r\n0\r\n\r\n",
        "1000000000000000\r\n",
        "5;a\nb\r\nhello\r\n0\r\n\r\n",
        "5;" + "a".repeat(300) + "\r\nhello\r\n0\r\n\r\n",
        "0\r\nX y: z\r\n\r\n",
        "0\r\n X: z\r\n\r\n",
        "0\r\nX: a\0b\r\n\r\n",
        "0\r\nX: a\nY: b\r\n\r\n",
        "0\r\n\rX",
        trailers,
        "0\r\nX: " + "y".repeat(1100) + "\r\n\r\n",
        "3e9\r\n" + "z".repeat(1001) + "\r\n0\r\n\r\n");
  }

  @ParameterizedTest
  @MethodSource("badBodies")
  void refusesWhatIsNoChunkedBody(String body) throws IOException {
    try (RawClient client = server.connect()) {
      client.send(post("Transfer-Encoding: chunked\r\n", body));
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isIn(400, 413, 431);
      assertThat(answer.header("connection")).contains("close");
      assertThat(client.ended()).isTrue();
    }
    assertThat(HANDLED).containsExactly("POST /");
  }

  static Stream<Arguments> good() {
    return Stream.of(
        Arguments.of(get("Host: a"), "a"),
        Arguments.of(get("HOST:\t a.example:8080 \t"), "a.example:8080"),
        Arguments.of(get("Host: [::1]:80", "X:", "Y: \u00e9\t~"), "[::1]:80"),
        Arguments.of("\r\n\r\n" + get("Host: a"), "a"),
        Arguments.of("GET http://a/x?y HTTP/1.1\r\nHost: A\r\n\r\n", "A"),
        Arguments.of("GET HTTPS://a?y HTTP/1.1\r\nHost: a\r\n\r\n", "a"),
        Arguments.of("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "a"),
        Arguments.of("BREW /%20|^{} HTTP/1.1\r\nHost: a\r\n\r\n", "a"),
        Arguments.of(post("Content-Length: 0\r\n", ""), "a"),
        Arguments.of(post("Content-Length: 005\r\n", "hello"), "<hello>"),
        Arguments.of(post("Transfer-Encoding: Chunked\r\n", "0\r\n\r\n"), "<>"),
        Arguments.of(
            post(
                "Transfer-Encoding: chunked\r\n",
                "5;a=\"b\"\r\nhello\r\n0a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"),
            "<hello0123456789>"));
  }

  @ParameterizedTest
  @MethodSource("good")
  void takesWhatIsARequest(String request, String body) throws IOException {
    try (RawClient client = server.connect()) {
      for (int i = 0; i < 2; i++) {
        RawClient.Answer answer = client.send(request).answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(body);
        assertThat(answer.header("connection")).isEmpty();
      }
    }
    assertThat(HANDLED).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("good")
  void takesThemByteByByte(String request, String body) throws IOException {
    try (RawClient client = server.connect()) {
      for (int i = 0; i < request.length(); i++) {
        client.send(request.substring(i, i + 1));
      }
      assertThat(client.answer().body()).isEqualTo(body);
    }
  }

  @Test
  void rewritesAbsoluteTargets() throws IOException {
    try (RawClient client = server.connect()) {
      client.send("GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n").answer();
      client.send("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").answer();
      client.send("GET http://a?q HTTP/1.1\r\nHost: a\r\n\r\n").answer();
    }
    assertThat(HANDLED).containsExactly("GET /x?y", "GET /", "GET /?q");
  }
}
