package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever takes too long is not waited for. */
class HttpTimeoutTest {
  static List<Throwable> errors() {
    return List.of(
        new IllegalStateException("test"),
        new StackOverflowError("test"),
        new OutOfMemoryError("test"));
  }

  @ParameterizedTest
  @MethodSource("errors")
  void anErrorWithOneConnectionDoesNotStopTheClockOfTheOthers(Throwable error) throws Exception {
    AtomicBoolean thrown = new AtomicBoolean();
    HttpServerListener listener =
        new HttpServerListener() {
          @Override
          public void requestRefused(InetSocketAddress remote, Problem problem) {
            if (thrown.compareAndSet(false, true)) {
              if (error instanceof Error serious) {
                throw serious;
              }
              throw (RuntimeException) error;
            }
          }
        };
    HttpLimits limits = HttpLimits.builder().headerTimeout(Duration.ofMillis(100)).build();
    try (EventLoops loops = EventLoops.create(1, "test-io")) {
      HttpServer server =
          HttpServer.builder(exchange -> {})
              .eventLoops(loops)
              .limits(limits)
              .listener(listener)
              .start()
              .toCompletableFuture()
              .join();
      try (RawClient first = new RawClient(server.address().getPort());
          RawClient second = new RawClient(server.address().getPort())) {
        first.send("GET / HTTP/1.1\r\n");
        TestServer.await("the error", thrown::get);
        assertThat(first.ended()).isTrue();
        second.send("GET / HTTP/1.1\r\n");
        assertThat(second.answer().status()).isEqualTo(408);
      }
      server.close().toCompletableFuture().join();
    }
  }

  private static final Duration SOON = Duration.ofMillis(50);

  /** Where it must not be over before the client has sent something. */
  private static final Duration A_SECOND = Duration.ofSeconds(1);

  @Test
  void aHeadThatTrickles() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok("")),
                HttpLimits.builder().headerTimeout(SOON));
        RawClient client = server.connect()) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHo");
      assertThat(client.answer().status()).isEqualTo(200);
      assertThat(client.answer().status()).isEqualTo(408);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void anHttp2PrefaceThatTrickles() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok("")),
                HttpLimits.builder().headerTimeout(SOON));
        RawClient client = server.connect()) {
      assertThat(client.send("PRI * HTT").ended()).isTrue();
    }
  }

  @Test
  void aBodyThatTrickles() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  if (exchange.body() != null) {
                    Collector.of(exchange.body());
                  }
                },
                HttpLimits.builder().bodyTimeout(SOON));
        RawClient client = server.connect()) {
      client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n123");
      assertThat(client.answer().status()).isEqualTo(408);
      assertThat(client.ended()).isTrue();
    }
  }

  @Test
  void aConnectionWithoutRequests() throws IOException {
    try (TestServer server =
            TestServer.start(
                exchange -> exchange.respond(TestServer.ok("")),
                HttpLimits.builder().idleTimeout(A_SECOND));
        RawClient silent = server.connect();
        RawClient used = server.connect()) {
      assertThat(used.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").answer().status()).isEqualTo(200);
      assertThat(used.ended()).isTrue();
      assertThat(silent.ended()).isTrue();
    }
  }

  @Test
  void aClientThatDoesNotRead() throws Exception {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    try (TestServer server =
            TestServer.start(
                exchange -> {
                  exchange.onEnd((bytes, complete) -> ended.complete(complete));
                  BodyPipe body = new BodyPipe(1, () -> {}, () -> {});
                  exchange.respond(TestServer.head(200), body);
                  for (int i = 0; i < 100; i++) {
                    body.offer(Unpooled.wrappedBuffer(new byte[1 << 20]));
                  }
                },
                HttpLimits.builder().writeTimeout(SOON));
        Socket socket = new Socket()) {
      socket.setReceiveBufferSize(16 * 1024);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
      try (RawClient client = new RawClient(socket)) {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(ended.join()).isFalse();
        TestServer.await("the connection's end", () -> server.server().connections() == 0);
      }
    }
  }

  @Test
  void aHandlerIsGivenAllTheTimeItTakes() throws Exception {
    CompletableFuture<ServerExchange> under = new CompletableFuture<>();
    try (TestServer server =
            TestServer.start(
                under::complete,
                HttpLimits.builder()
                    .idleTimeout(A_SECOND)
                    .headerTimeout(SOON)
                    .bodyTimeout(SOON)
                    .writeTimeout(SOON));
        RawClient patient = server.connect();
        RawClient idle = server.connect()) {
      patient.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      ServerExchange exchange = under.join();
      // By the time that an idle connection has ended, the clock has looked at both.
      assertThat(idle.ended()).isTrue();
      exchange.respond(TestServer.ok("at last"));
      assertThat(patient.answer().body()).isEqualTo("at last");
    }
  }
}
