package dev.brink.mesh.http;

import static dev.brink.mesh.http.RawHttp2.DATA;
import static dev.brink.mesh.http.RawHttp2.END_HEADERS;
import static dev.brink.mesh.http.RawHttp2.END_STREAM;
import static dev.brink.mesh.http.RawHttp2.GOAWAY;
import static dev.brink.mesh.http.RawHttp2.HEADERS;
import static dev.brink.mesh.http.RawHttp2.RESET;
import static dev.brink.mesh.http.RawHttp2.SETTINGS;
import static dev.brink.mesh.http.RawHttp2.WINDOW_UPDATE;
import static dev.brink.mesh.http.RawHttp2.block;
import static dev.brink.mesh.http.RawHttp2.get;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 with prior knowledge, down to the frames. */
class Http2Test {
  private static final int NO_ERROR = 0;
  private static final int PROTOCOL_ERROR = 1;

  static void echo(ServerExchange exchange) {
    if (exchange.body() != null) {
      exchange.respond(TestServer.head(200), exchange.body());
    } else {
      exchange.respond(
          TestServer.ok(exchange.request().uri() + " " + exchange.request().headers().get("host")));
    }
  }

  private static RawHttp2 connect(TestServer server) throws IOException {
    return new RawHttp2(server.port());
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void answers() throws IOException {
    try (TestServer server = TestServer.start(Http2Test::echo);
        RawHttp2 client = connect(server)) {
      for (int stream = 1; stream < 20; stream += 2) {
        RawHttp2.Answer answer = client.request(stream, get("/" + stream)).answer();
        assertThat(answer.status()).isEqualTo("200");
        assertThat(answer.body()).isEqualTo("/" + stream + " a");
        assertThat(answer.headers().get("content-length")).isNotNull();
        assertThat(answer.headers().get("date")).isNotNull();
        assertThat(answer.headers().get("brink-request-id")).isNotNull();
        assertThat(answer.headers().get("connection")).isNull();
      }
    }
  }

  @Test
  void answersFromOtherThreadsInAnyOrder() throws Exception {
    LinkedBlockingQueue<ServerExchange> under = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(under::add);
        RawHttp2 client = connect(server)) {
      List<ServerExchange> all = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        client.request(1 + 2 * i, get("/" + i));
        all.add(under.take());
      }
      for (ServerExchange exchange : all.reversed()) {
        exchange.respond(TestServer.ok(exchange.request().uri()));
        assertThat(client.answer().body()).isEqualTo(exchange.request().uri());
      }
    }
  }

  @Test
  void streamsBothWays() throws IOException {
    try (TestServer server = TestServer.start(Http2Test::echo);
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/"));
      assertThat(client.headers().status()).hasToString("200");
      client.send(DATA, 0, 1, ascii("hello"));
      assertThat(client.next(DATA).text()).isEqualTo("hello");
      client.send(HEADERS, END_HEADERS | END_STREAM, 1, block("trailer", "x"));
      assertThat(client.next(DATA).ends()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16_384, 32_768, 32_769, 5_000_000})
  void sendsWholeBodiesOfAnySize(int size) throws IOException {
    try (TestServer server =
            TestServer.start(exchange -> exchange.respond(TestServer.ok("x".repeat(size))));
        RawHttp2 client = connect(server)) {
      client.send(WINDOW_UPDATE, 0, 0, ByteBuffer.allocate(4).putInt(10_000_000).array());
      client.request(1, get("/"));
      client.send(WINDOW_UPDATE, 0, 1, ByteBuffer.allocate(4).putInt(10_000_000).array());
      RawHttp2.Answer answer = client.answer();
      assertThat(answer.body()).hasSize(size);
      assertThat(answer.headers().get("content-length")).hasToString("" + size);
    }
  }

  @Test
  void someResponsesHaveNoBody() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange ->
                    exchange.respond(
                        TestServer.text(
                            Integer.parseInt(exchange.request().uri().substring(1)), "body")));
        RawHttp2 client = connect(server)) {
      client.request(
          1, block(":method", "HEAD", ":scheme", "http", ":path", "/200", ":authority", "a"));
      RawHttp2.Answer head = client.answer();
      assertThat(head.body()).isEmpty();
      assertThat(head.headers().get("content-length")).hasToString("4");
      assertThat(client.request(3, get("/204")).answer().body()).isEmpty();
    }
  }

  static List<byte[]> bad() {
    return List.of(
        block(":method", "GET", ":scheme", "http", ":path", "/"),
        block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a b"),
        block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "u@a"),
        get("/", "host", "b"),
        get("/", "host", "a", "host", "a"),
        get("/", "connection", "close"),
        get("/", "transfer-encoding", "chunked"),
        get("/", "te", "gzip"),
        get("/", "Upper", "x"),
        get("/", "a b", "x"),
        get("/", "a", "x\ny"),
        get("/", "a", "x\0y"),
        get("/", "a", " x"),
        get("/", "a", "x "),
        get("/", "a", "x\t"),
        get("/", ":path", "/late"),
        get("/", "content-length", "1", "content-length", "2"),
        get("/", "content-length", "x"),
        get("/", "expect", "x"),
        get("a"),
        get(""),
        get("*"),
        get("/a#b"),
        get("/a b"),
        get("/\u00e9"),
        block(":method", "G T", ":scheme", "http", ":path", "/", ":authority", "a"),
        block(":method", "CONNECT", ":authority", "a:1"),
        block(":method", "TRACE", ":scheme", "http", ":path", "/", ":authority", "a"),
        block(":method", "GET", ":path", "/", ":authority", "a"),
        block(":scheme", "http", ":path", "/", ":authority", "a"),
        block(":method", "GET", ":method", "GET", ":scheme", "http", ":path", "/"));
  }

  @ParameterizedTest
  @MethodSource("bad")
  void refusesWhatIsNoRequest(byte[] block) throws IOException {
    AtomicInteger handled = new AtomicInteger();
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  handled.incrementAndGet();
                  exchange.respond(TestServer.ok("fine"));
                });
        RawHttp2 client = connect(server)) {
      client.request(1, block);
      assertThat(client.outcome()).isIn("400", "417", "501", "reset " + PROTOCOL_ERROR);
      assertThat(handled).hasValue(0);
      assertThat(client.request(3, get("/")).answer().body()).contains("fine");
    }
  }

  /** As a target in absolute form of HTTP/1.1, whatever the connection is. */
  @ParameterizedTest
  @CsvSource({
    "http, 200",
    "https, 200",
    "HTTPS, 200",
    "ftp, 400",
    "file, 400",
    "httpx, 400",
    "h, 400"
  })
  void takesTheSchemesThatHttp1Takes(String scheme, String status) throws IOException {
    try (TestServer server = TestServer.start(exchange -> exchange.respond(TestServer.ok("fine")));
        RawHttp2 client = connect(server)) {
      client.request(
          1, block(":method", "GET", ":scheme", scheme, ":path", "/", ":authority", "a"));
      assertThat(client.outcome()).isEqualTo(status);
    }
  }

  @Test
  void joinsCookies() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange ->
                    exchange.respond(
                        TestServer.ok(
                            String.valueOf(exchange.request().headers().getAll("cookie")))));
        RawHttp2 client = connect(server)) {
      client.request(1, get("/", "cookie", "a=1", "cookie", "b=2"));
      assertThat(client.answer().body()).isEqualTo("[a=1; b=2]");
    }
  }

  @Test
  void boundsHeadersAndBodies() throws IOException {
    HttpLimits.Builder limits =
        HttpLimits.builder()
            .maxRequestLineBytes(100)
            .maxHeaderBytes(1000)
            .maxHeaders(5)
            .maxBodyBytes(10);
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  if (exchange.body() == null) {
                    exchange.respond(TestServer.ok("fine"));
                  } else {
                    Collector.of(exchange.body());
                  }
                },
                limits);
        RawHttp2 client = connect(server)) {
      assertThat(client.request(1, get("/" + "x".repeat(100))).answer().status()).isEqualTo("414");
      String[] many = {"a", "b", "a", "b", "a", "b", "a", "b", "a", "b", "a", "b"};
      assertThat(client.request(3, get("/", many)).answer().status()).isEqualTo("431");
      assertThat(client.request(5, get("/", "a", "x".repeat(1000))).answer().status())
          .isEqualTo("431");
      client.send(HEADERS, END_HEADERS, 7, get("/", "content-length", "11"));
      assertThat(client.answer().status()).isEqualTo("413");
      client.send(HEADERS, END_HEADERS, 9, get("/"));
      client.send(DATA, 0, 9, ascii("hello world"));
      assertThat(client.answer().status()).isEqualTo("413");
      assertThat(client.request(11, get("/")).answer().body()).isEqualTo("fine");
    }
  }

  @Test
  void tellsTheClientToGoOnOnceTheBodyIsRead() throws IOException {
    HttpHandler handler =
        exchange ->
            Collector.of(Objects.requireNonNull(exchange.body()))
                .then(text -> exchange.respond(TestServer.ok(text)));
    try (TestServer server = TestServer.start(handler);
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/", "expect", "100-continue"));
      assertThat(client.headers().status()).hasToString("100");
      client.send(DATA, END_STREAM, 1, ascii("x"));
      assertThat(client.answer().body()).isEqualTo("x");
    }
  }

  @Test
  void doesNotTellItAfterTheResponseHasBegun() throws IOException {
    try (TestServer server = TestServer.start(Http2Test::echo);
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/", "expect", "100-continue"));
      assertThat(client.headers().status()).hasToString("200");
      client.send(DATA, END_STREAM, 1, ascii("x"));
      assertThat(client.next(DATA).text()).isEqualTo("x");
    }
  }

  @Test
  void drainsWithoutLosingARequest() throws Exception {
    LinkedBlockingQueue<ServerExchange> under = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(under::add);
        RawHttp2 client = connect(server);
        RawHttp2 idle = connect(server)) {
      client.request(1, get("/"));
      ServerExchange first = under.take();
      CompletableFuture<Void> drained =
          server.server().drain(Duration.ofSeconds(20)).toCompletableFuture();
      RawHttp2.Frame soon = client.next(GOAWAY);
      assertThat(soon.error()).isEqualTo(NO_ERROR);
      assertThat(soon.payload().getInt(0)).isEqualTo(Integer.MAX_VALUE);
      // On its way when the server began to drain: still served.
      client.request(3, get("/"));
      under.take().respond(TestServer.ok("second"));
      assertThat(client.answer().body()).isEqualTo("second");
      assertThat(client.next(GOAWAY).payload().getInt(0)).isEqualTo(3);
      assertThat(Objects.requireNonNull(idle.lastBeforeEnd(GOAWAY)).error()).isEqualTo(NO_ERROR);
      assertThat(drained).isNotDone();
      first.respond(TestServer.ok("first"));
      assertThat(client.answer().body()).isEqualTo("first");
      assertThat(client.lastBeforeEnd(RESET)).isNull();
      drained.join();
    }
  }

  @Test
  void drainingEndsOneThatTurnsOutToSpeakHttp2Later() throws Exception {
    byte[] preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(ISO_8859_1);
    try (EventLoops loop = EventLoops.create(1, "test-one");
        TestServer server = TestServer.start(exchange -> {}, options -> options.eventLoops(loop));
        Socket late = new Socket(InetAddress.getLoopbackAddress(), server.port());
        RawClient idle = server.connect()) {
      late.setSoTimeout(20_000);
      late.getOutputStream().write(preface, 0, 10);
      TestServer.await("half a preface", () -> server.heldBytes() > 0);
      CompletableFuture<Void> drained =
          server.server().drain(Duration.ofMinutes(5)).toCompletableFuture();
      assertThat(idle.ended()).as("the idle connection has ended").isTrue();
      assertThat(drained).isNotDone();
      late.getOutputStream().write(preface, 10, preface.length - 10);
      late.getOutputStream().write(RawHttp2.frame(SETTINGS, 0, 0));
      byte[] answer = late.getInputStream().readAllBytes();
      assertThat(answer).as("settings, and the end").isNotEmpty();
      drained.join();
    }
  }

  @Test
  void idleConnectionsEnd() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> {}, HttpLimits.builder().idleTimeout(Duration.ofSeconds(1)));
        RawHttp2 client = connect(server)) {
      assertThat(Objects.requireNonNull(client.lastBeforeEnd(GOAWAY)).error()).isEqualTo(NO_ERROR);
    }
  }

  @Test
  void bodiesThatTrickleAreNotWaitedFor() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> Collector.of(Objects.requireNonNull(exchange.body())),
                HttpLimits.builder().bodyTimeout(Duration.ofMillis(50)));
        RawHttp2 client = connect(server)) {
      client.send(HEADERS, END_HEADERS, 1, get("/"));
      assertThat(client.answer().status()).isEqualTo("408");
      assertThat(client.next(RESET).error()).isEqualTo(NO_ERROR);
    }
  }

  @Test
  void cannotBeUpgraded() throws Exception {
    CompletableFuture<Boolean> upgraded = new CompletableFuture<>();
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  BodyPipe none = new BodyPipe(1, () -> {}, () -> {});
                  upgraded.complete(exchange.upgrade(TestServer.head(101), new Collector(1), none));
                  exchange.respond(TestServer.ok("no"));
                });
        RawHttp2 client = connect(server)) {
      assertThat(client.request(1, get("/")).answer().body()).isEqualTo("no");
      assertThat(upgraded.join()).isFalse();
    }
  }
}
