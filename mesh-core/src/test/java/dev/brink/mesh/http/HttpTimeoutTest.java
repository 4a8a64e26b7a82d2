package dev.brink.mesh.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whoever takes too long is not waited for. */
class HttpTimeoutTest {
  private static final Duration SOON = Duration.ofMillis(50);

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
                HttpLimits.builder().idleTimeout(SOON));
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
                    .idleTimeout(SOON)
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
