package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Http1ExchangeTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }

  @Test
  void answersOneRequestAfterAnother() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok(exchange.request().uri())));
        RawClient client = server.connect()) {
      for (int i = 0; i < 100; i++) {
        RawClient.Answer answer = client.send(get("/" + i)).answer();
        assertThat(answer.body()).isEqualTo("/" + i);
        assertThat(answer.header("date")).hasValueSatisfying(d -> assertThat(d).endsWith(" GMT"));
        assertThat(answer.header("connection")).isEmpty();
      }
      assertThat(server.server().connections()).isEqualTo(1);
    }
  }

  @Test
  void givesEveryRequestAnIdOfItsOwn() throws IOException {
    List<String> ids = new CopyOnWriteArrayList<>();
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  ids.add(exchange.requestId());
                  exchange.respond(TestServer.ok(""));
                },
                options -> options.requestIdPrefix("node1-"));
        RawClient one = server.connect();
        RawClient two = server.connect()) {
      for (int i = 0; i < 10; i++) {
        assertThat(one.send(GET).answer().header("brink-request-id")).contains(ids.getLast());
        assertThat(two.send(GET).answer().header("brink-request-id")).contains(ids.getLast());
      }
    }
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.startsWith("node1-"));
  }

  @Test
  void noTwoEventLoopsMakeTheSameIds() throws IOException {
    int connections = 32;
    try (EventLoops loops = EventLoops.create(connections, "test-many");
        TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok("")),
                options -> options.eventLoops(loops).requestIdPrefix("node1-"))) {
      List<RawClient> clients = new ArrayList<>();
      try {
        for (int i = 0; i < connections; i++) {
          clients.add(server.connect());
        }
        List<String> ids = new ArrayList<>();
        for (RawClient client : clients) {
          client.send(GET);
        }
        for (RawClient client : clients) {
          ids.add(client.answer().header("brink-request-id").orElseThrow());
        }
        assertThat(ids).doesNotHaveDuplicates();
      } finally {
        for (RawClient client : clients) {
          client.close();
        }
      }
    }
  }

  @Test
  void aServerStartedAgainMakesOtherIds() throws IOException {
    List<String> ids = new ArrayList<>();
    for (int start = 0; start < 2; start++) {
      try (TestServer server =
              TestServer.start(
                  exchange -> exchange.respond(TestServer.ok("")),
                  options -> options.requestIdPrefix("node1-"));
          RawClient client = server.connect()) {
        ids.add(client.send(GET).answer().header("brink-request-id").orElseThrow());
      }
    }
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.startsWith("node1-"));
  }

  @ParameterizedTest
  @CsvSource({"true, abc-1, true", "true, a b, false", "false, abc-1, false"})
  void keepsAClientsIdOnlyIfTrustedAndSane(boolean trusts, String id, boolean kept)
      throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok("")),
                options -> options.trustRequestIds(trusts));
        RawClient client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nbrink-request-id: " + id + "\r\n\r\n");
      String used = client.answer().header("brink-request-id").orElseThrow();
      assertThat(used.equals(id)).isEqualTo(kept);
    }
  }

  @Test
  void answersPipelinedRequestsInTheirOrder() throws Exception {
    List<ServerExchange> under = Collections.synchronizedList(new ArrayList<>());
    try (TestServer server = TestServer.start(under::add);
        RawClient client = server.connect()) {
      StringBuilder all = new StringBuilder();
      for (int i = 0; i < 10; i++) {
        all.append(get("/" + i));
      }
      client.send(all.toString());
      TestServer.await("ten requests", () -> under.size() == 10);
      for (int i = 9; i >= 0; i--) {
        under.get(i).respond(TestServer.ok(under.get(i).request().uri()));
      }
      for (int i = 0; i < 10; i++) {
        assertThat(client.answer().body()).isEqualTo("/" + i);
      }
    }
  }

  @Test
  void holdsBackWhatExceedsThePipeline() throws Exception {
    BlockingQueue<ServerExchange> under = new LinkedBlockingQueue<>();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger now = new AtomicInteger();
    HttpHandler handler =
        exchange -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          under.add(exchange);
        };
    int requests = 500;
    try (TestServer server = TestServer.start(handler, HttpLimits.builder().maxPipelined(4));
        RawClient client = server.connect()) {
      client.send(GET.repeat(requests));
      for (int i = 0; i < requests; i++) {
        ServerExchange exchange = under.poll(20, TimeUnit.SECONDS);
        assertThat(exchange).isNotNull();
        now.decrementAndGet();
        exchange.respond(TestServer.ok(""));
        assertThat(client.answer().status()).isEqualTo(200);
      }
    }
    assertThat(most.get()).isBetween(2, 4);
  }

  @Test
  void requestsThatAreNotSafeRunAlone() throws Exception {
    BlockingQueue<ServerExchange> under = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(under::add);
        RawClient client = server.connect()) {
      client.send(GET + "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n" + GET + GET);
      for (String method : List.of("GET", "DELETE", "GET")) {
        ServerExchange exchange = under.poll(20, TimeUnit.SECONDS);
        assertThat(exchange).isNotNull();
        assertThat(exchange.request().method().name()).isEqualTo(method);
        if (!method.equals("GET")) {
          assertThat(under).isEmpty();
        }
        exchange.respond(TestServer.ok(method));
        assertThat(client.answer().body()).isEqualTo(method);
      }
    }
  }

  @Test
  void answersAMalformedRequestAfterThoseBeforeIt() throws Exception {
    BlockingQueue<ServerExchange> under = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(under::add);
        RawClient client = server.connect()) {
      client.send(GET + "nonsense\r\n\r\n" + GET);
      ServerExchange exchange = under.poll(20, TimeUnit.SECONDS);
      assertThat(exchange).isNotNull();
      exchange.respond(TestServer.ok("first"));
      assertThat(client.answer().body()).isEqualTo("first");
      assertThat(client.answer().status()).isEqualTo(400);
      assertThat(client.ended()).isTrue();
      assertThat(under).isEmpty();
    }
  }

  @Test
  void closesWhenTheClientAsks() throws IOException {
    try (TestServer server = TestServer.start(exchange -> exchange.respond(TestServer.ok("bye")));
        RawClient client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n" + GET);
      RawClient.Answer answer = client.answer();
      assertThat(answer.header("connection")).contains("close");
      assertThat(answer.body()).isEqualTo("bye");
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void speaksHttp10() throws IOException {
    try (TestServer server = TestServer.start(Http1ExchangeTest::stream)) {
      try (RawClient client = server.connect()) {
        client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
        RawClient.Answer answer = client.answer();
        assertThat(answer.header("connection")).contains("close");
        assertThat(answer.header("transfer-encoding")).isEmpty();
        assertThat(answer.body()).isEqualTo("streamed");
      }
      try (RawClient client = server.connect()) {
        String request = "GET /length HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
        for (int i = 0; i < 2; i++) {
          RawClient.Answer answer = client.send(request).answer();
          assertThat(answer.header("connection")).contains("keep-alive");
          assertThat(answer.body()).isEqualTo("streamed");
        }
      }
    }
  }

  @Test
  void aHostIsMadeUpForHttp10Only() throws IOException {
    try (TestServer server =
        TestServer.start(
            exchange ->
                exchange.respond(
                    TestServer.text(200, exchange.request().headers().get("host", "none"))))) {
      try (RawClient client = server.connect()) {
        assertThat(client.send("GET /health HTTP/1.0\r\n\r\n").answer().body())
            .matches("(127\\.0\\.0\\.1|\\[::1]|localhost):[0-9]+");
      }
      try (RawClient client = server.connect()) {
        assertThat(client.send("GET http://a.example/ HTTP/1.0\r\n\r\n").answer().body())
            .isEqualTo("a.example");
      }
      try (RawClient client = server.connect()) {
        assertThat(client.send("GET /health HTTP/1.1\r\n\r\n").answer().status()).isEqualTo(400);
      }
    }
  }

  /** Streams "streamed"; with its length told for /length. */
  private static void stream(ServerExchange exchange) {
    HttpResponse head = TestServer.head(200);
    if (exchange.request().uri().equals("/length")) {
      head.headers().set("content-length", "8");
    }
    BodyPipe body = new BodyPipe(1000, () -> {}, () -> {});
    exchange.respond(head, body);
    body.offer(TestServer.bytes("stre"));
    body.offer(TestServer.bytes("amed"));
    body.complete();
  }

  @Test
  void streamsInChunksOrWithALength() throws IOException {
    try (TestServer server = TestServer.start(Http1ExchangeTest::stream);
        RawClient client = server.connect()) {
      RawClient.Answer chunked = client.send(get("/")).answer();
      assertThat(chunked.header("transfer-encoding")).contains("chunked");
      assertThat(chunked.header("content-length")).isEmpty();
      assertThat(chunked.body()).isEqualTo("streamed");
      RawClient.Answer length = client.send(get("/length")).answer();
      assertThat(length.header("transfer-encoding")).isEmpty();
      assertThat(length.body()).isEqualTo("streamed");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 15, 16, 17, 255, 256, 1023, 1024, 1025, 4096, 65_535, 65_536, 100_000})
  void streamsChunksOfAnySize(int size) throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  BodyPipe body = new BodyPipe(1000, () -> {}, () -> {});
                  exchange.respond(TestServer.head(200), body);
                  body.offer(TestServer.bytes("x".repeat(size)));
                  body.offer(TestServer.bytes(""));
                  body.offer(TestServer.bytes("y"));
                  body.complete();
                });
        RawClient client = server.connect()) {
      assertThat(client.send(GET).answer().body()).isEqualTo("x".repeat(size) + "y");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 16_383, 16_384, 16_385, 5_000_000})
  void sendsWholeBodiesOfAnySize(int size) throws IOException {
    try (TestServer server =
            TestServer.start(exchange -> exchange.respond(TestServer.ok("x".repeat(size))));
        RawClient client = server.connect()) {
      for (int i = 0; i < 2; i++) {
        RawClient.Answer answer = client.send(GET).answer();
        assertThat(answer.header("content-length")).contains(Integer.toString(size));
        assertThat(answer.body()).hasSize(size);
      }
    }
  }

  @Test
  void someResponsesHaveNoBody() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  int status = Integer.parseInt(exchange.request().uri().substring(1));
                  exchange.respond(TestServer.text(status, "body"));
                });
        RawClient client = server.connect()) {
      RawClient.Answer head = client.send("HEAD /200 HTTP/1.1\r\nHost: a\r\n\r\n").answerToHead();
      assertThat(head.header("content-length")).contains("4");
      assertThat(client.send(get("/204")).answer().header("content-length")).isEmpty();
      assertThat(client.send(get("/304")).answer().header("content-length")).contains("4");
      RawClient.Answer reset = client.send(get("/205")).answer();
      assertThat(reset.header("content-length")).contains("0");
      assertThat(reset.body()).isEmpty();
      assertThat(client.send(get("/200")).answer().body()).isEqualTo("body");
    }
  }

  @Test
  void aStreamNobodyMaySeeIsCancelled() throws IOException {
    AtomicInteger cancelled = new AtomicInteger();
    try (TestServer server =
            TestServer.start(
                exchange ->
                    exchange.respond(
                        TestServer.head(200),
                        new BodyPipe(1000, () -> {}, cancelled::incrementAndGet)));
        RawClient client = server.connect()) {
      client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").answerToHead();
      assertThat(cancelled).hasValue(1);
    }
  }

  @Test
  void dropsHopByHopHeadersAndCleansValues() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  HttpHeaders headers = UncheckedHeaders.create();
                  headers.add("Connection", "keep-alive, X-Mine").add("X-Mine", "1");
                  headers.add("Keep-Alive", "1").add("Transfer-Encoding", "chunked");
                  headers.add("Content-Length", "77").add("Upgrade", "h2c").add("Trailer", "a");
                  headers.add("X-Bad", "a\r\nInjected: 1\0").add("X Bad", "1").add("X-Good", "é€");
                  headers.add("brink-request-id", "forged").add("Date", "then");
                  exchange.respond(
                      new DefaultFullHttpResponse(
                          HttpVersion.HTTP_1_1,
                          HttpResponseStatus.OK,
                          TestServer.bytes("x"),
                          headers,
                          UncheckedHeaders.create()));
                });
        RawClient client = server.connect()) {
      RawClient.Answer answer = client.send(GET).answer();
      assertThat(answer.headers())
          .contains("X-Bad: a  Injected: 1 ", "X-Good: é?", "Date: then", "content-length: 1")
          .noneMatch(line -> line.matches("(?i)(x-mine|keep-alive|transfer-en|upgrade|trailer).*"))
          .noneMatch(line -> line.matches("(?i)(injected|connection|x bad).*"))
          .noneMatch(line -> line.contains("forged"));
      assertThat(client.send(GET).answer().body()).isEqualTo("x");
    }
  }
}
