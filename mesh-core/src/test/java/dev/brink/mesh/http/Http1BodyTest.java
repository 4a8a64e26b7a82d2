package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Request bodies: read, not read, too much, broken off; and responses that break off. */
class Http1BodyTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private static String post(String headers) {
    return "POST / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
  }

  private static Flow.Publisher<ByteBuf> body(ServerExchange exchange) {
    return Objects.requireNonNull(exchange.body());
  }

  private static void echo(ServerExchange exchange) {
    if (exchange.body() == null) {
      exchange.respond(TestServer.ok("no body"));
    } else {
      exchange.respond(TestServer.head(200), exchange.body());
    }
  }

  @Test
  void echoesWhileReading() throws IOException {
    try (TestServer server = TestServer.start(Http1BodyTest::echo);
        RawClient client = server.connect()) {
      client.send(post("Transfer-Encoding: chunked\r\n"));
      client.send("5\r\nhello\r\n");
      String line;
      do {
        line = client.line();
      } while (!line.isEmpty());
      assertThat(client.read(10)).isEqualTo("5\r\nhello\r\n");
      client.send("1\r\n!\r\n");
      assertThat(client.read(6)).isEqualTo("1\r\n!\r\n");
      client.send("0\r\n\r\n");
      assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
      assertThat(client.send(GET).answer().body()).isEqualTo("no body");
    }
  }

  @Test
  void gathersManySmallChunks() throws IOException {
    try (TestServer server = TestServer.start(Http1BodyTest::echo);
        RawClient client = server.connect()) {
      int chunks = 20_000;
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  client.send(post("Transfer-Encoding: chunked\r\n"));
                  client.send("1\r\nx\r\n".repeat(chunks) + "0\r\n\r\n");
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      assertThat(client.answer().body()).isEqualTo("x".repeat(chunks));
      assertThat(writer).isNotNull();
    }
  }

  @Test
  void tellsTheClientToGoOnOnceTheBodyIsRead() throws Exception {
    LinkedBlockingQueue<ServerExchange> waiting = new LinkedBlockingQueue<>();
    try (TestServer server = TestServer.start(waiting::add);
        RawClient client = server.connect()) {
      client.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n"));
      ServerExchange exchange = waiting.take();
      Collector.of(body(exchange)).then(text -> exchange.respond(TestServer.ok("<" + text + ">")));
      assertThat(client.answer().status()).isEqualTo(100);
      client.send("hi");
      assertThat(client.answer().body()).isEqualTo("<hi>");
      client.send(GET);
      waiting.take().respond(TestServer.ok("second"));
      assertThat(client.answer().body()).isEqualTo("second");
    }
  }

  @Test
  void doesNotTellItAfterTheResponseHasBegun() throws IOException {
    try (TestServer server = TestServer.start(Http1BodyTest::echo);
        RawClient client = server.connect()) {
      client.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n") + "hi");
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("hi");
    }
  }

  @Test
  void closesWhenItNeverToldTheClientToGoOn() throws IOException {
    try (TestServer server =
            TestServer.start(exchange -> exchange.respond(TestServer.text(403, "no")));
        RawClient client = server.connect()) {
      client.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n"));
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.header("connection")).contains("close");
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void drainsASmallBodyThatNobodyReads() throws IOException {
    try (TestServer server = TestServer.start(exchange -> exchange.respond(TestServer.ok("done")));
        RawClient client = server.connect()) {
      for (int i = 0; i < 3; i++) {
        client.send(post("Content-Length: 100000\r\n"));
        assertThat(client.answer().body()).isEqualTo("done");
        client.send("x".repeat(100_000));
      }
      assertThat(client.send(GET).answer().body()).isEqualTo("done");
    }
  }

  @Test
  void closesRatherThanDrainALargeBody() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok("done")),
                HttpLimits.builder().maxDrainBytes(10_000));
        RawClient known = server.connect();
        RawClient chunked = server.connect()) {
      known.send(post("Content-Length: 100000\r\n"));
      assertThat(known.answer().header("connection")).contains("close");
      assertThat(known.ended()).isTrue();

      chunked.send(post("Transfer-Encoding: chunked\r\n"));
      assertThat(chunked.answer().header("connection")).isEmpty();
      chunked.send("4e20\r\n" + "x".repeat(20_000));
      assertThat(chunked.ended()).isTrue();
    }
  }

  @Test
  void aCancelledBodyIsDrained() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  if (exchange.body() != null) {
                    Collector collector = Collector.idle();
                    exchange.body().subscribe(collector);
                    collector.subscription().cancel();
                  }
                  exchange.respond(TestServer.ok("done"));
                });
        RawClient client = server.connect()) {
      client.send(post("Content-Length: 200000\r\n") + "x".repeat(200_000));
      assertThat(client.answer().body()).isEqualTo("done");
      assertThat(client.send(GET).answer().body()).isEqualTo("done");
    }
  }

  @Test
  void answers413ForAHandlerThatStillReads() throws Exception {
    CompletableFuture<String> read = new CompletableFuture<>();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  exchange.onCancel(() -> cancelled.complete(null));
                  body(exchange).subscribe(new Collector(1, read));
                },
                HttpLimits.builder().maxBodyBytes(100_000));
        RawClient client = server.connect()) {
      client.send(post("Transfer-Encoding: chunked\r\n"));
      client.send("186a1\r\n" + "x".repeat(100_001));
      RawClient.Answer answer = client.answer();
      assertThat(answer.status()).isEqualTo(413);
      assertThat(answer.body()).contains("body-too-large");
      assertThatThrownBy(read::join)
          .hasCauseInstanceOf(ProblemException.class)
          .hasMessageContaining("body-too-large");
      cancelled.join();
    }
  }

  @Test
  void aClientThatGoesIsHeardOf() throws Exception {
    CompletableFuture<String> read = new CompletableFuture<>();
    CompletableFuture<Void> cancelled = new CompletableFuture<>();
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    try (TestServer server =
        TestServer.start(
            exchange -> {
              exchange.onCancel(() -> cancelled.complete(null));
              exchange.onEnd((bytes, complete) -> ended.complete(complete));
              body(exchange).subscribe(new Collector(1, read));
            })) {
      try (RawClient client = server.connect()) {
        client.send(post("Content-Length: 10\r\n") + "12345");
      }
      cancelled.join();
      assertThat(ended.join()).isFalse();
      assertThatThrownBy(read::join).hasCauseInstanceOf(ProblemException.class);
    }
  }

  @Test
  void whoRegistersLateHearsOfItToo() throws Exception {
    CompletableFuture<ServerExchange> under = new CompletableFuture<>();
    AtomicInteger ends = new AtomicInteger();
    try (TestServer server =
        TestServer.start(
            exchange -> {
              exchange.onEnd((bytes, complete) -> ends.incrementAndGet());
              under.complete(exchange);
            })) {
      try (RawClient client = server.connect()) {
        client.send(GET);
        under.join();
      }
      TestServer.await("end", () -> ends.get() == 1);
      CompletableFuture<Void> cancelled = new CompletableFuture<>();
      CompletableFuture<Boolean> ended = new CompletableFuture<>();
      under.join().onCancel(() -> cancelled.complete(null));
      under.join().onEnd((bytes, complete) -> ended.complete(complete));
      cancelled.join();
      assertThat(ended.join()).isFalse();
      under.join().respond(TestServer.ok("too late"));
    }
    assertThat(ends).hasValue(1);
  }

  @Test
  void onlyTheFirstAnswerCounts() throws Exception {
    AtomicInteger cancelled = new AtomicInteger();
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  exchange.respond(TestServer.ok("first"));
                  exchange.respond(TestServer.ok("second"));
                  exchange.fail(Problem.of(500, "third", ""));
                  exchange.respond(
                      TestServer.head(200), new BodyPipe(1, () -> {}, cancelled::incrementAndGet));
                });
        RawClient client = server.connect()) {
      assertThat(client.send(GET).answer().body()).isEqualTo("first");
      assertThat(client.send(GET).answer().body()).isEqualTo("first");
    }
    assertThat(cancelled).hasValue(2);
  }

  @Test
  void aResponseThatFailsIsBrokenOff() throws Exception {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  exchange.onEnd((bytes, complete) -> ended.complete(complete));
                  BodyPipe body = new BodyPipe(1000, () -> {}, () -> {});
                  exchange.respond(TestServer.head(200), body);
                  body.offer(TestServer.bytes("part"));
                  body.fail(new IOException("test"));
                });
        RawClient client = server.connect()) {
      String all = client.send(GET).rest();
      assertThat(all).endsWith("\r\n\r\n4\r\npart\r\n");
      assertThat(ended.join()).isFalse();
    }
  }

  @Test
  void aResponseOfAnotherLengthThanToldIsBrokenOff() throws Exception {
    AtomicInteger cancelled = new AtomicInteger();
    try (TestServer server =
        TestServer.start(
            exchange -> {
              var head = TestServer.head(200);
              head.headers().set("content-length", "5");
              BodyPipe body = new BodyPipe(1000, () -> {}, cancelled::incrementAndGet);
              exchange.respond(head, body);
              body.offer(TestServer.bytes("123"));
              if (exchange.request().uri().equals("/long")) {
                body.offer(TestServer.bytes("456"));
              } else {
                body.complete();
              }
            })) {
      for (String path : new String[] {"/short", "/long"}) {
        try (RawClient client = server.connect()) {
          client.send("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
          assertThat(client.rest()).endsWith("\r\n\r\n123");
        }
      }
    }
    assertThat(cancelled).hasValue(1);
  }

  @Test
  void handlersThatThrowAreAnsweredFor() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  throw exchange.request().uri().equals("/known")
                      ? new ProblemException(new Problem(503, "busy", "Say \"when\"\n\u2028", 7))
                      : new IllegalStateException("secret");
                });
        RawClient client = server.connect()) {
      RawClient.Answer unknown = client.send(GET).answer();
      assertThat(unknown.status()).isEqualTo(500);
      assertThat(unknown.body()).contains("\"code\":\"internal-error\"").doesNotContain("secret");
      RawClient.Answer known = client.send("GET /known HTTP/1.1\r\nHost: a\r\n\r\n").answer();
      assertThat(known.status()).isEqualTo(503);
      assertThat(known.header("retry-after")).contains("7");
      assertThat(known.body()).contains("\"detail\":\"Say \\\"when\\\"\\n\\u2028\"");
    }
  }
}
