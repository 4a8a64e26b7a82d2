package dev.brink.mesh.origin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.http.EventLoops;
import dev.brink.mesh.http.HttpServer;
import dev.brink.mesh.http.ServerExchange;
import dev.brink.mesh.proto.OriginPool;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** WebSockets from a client through the ingress's server to an upstream one and back. */
class OriginsWebSocketTest {
  private static final String HANDSHAKE =
      """
      GET /chat?room=1 HTTP/1.1
      Host: www.example.org
      Connection: keep-alive, Upgrade
      Upgrade: WebSocket
      Sec-WebSocket-Version: 13
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
      Sec-WebSocket-Protocol: chat

      """
          .replace("\n", "\r\n");

  private final EventLoops loops = EventLoops.create(2, "test-websocket");
  private final Origins origins = Origins.create(loops);
  private final HttpServer ingress =
      Answer.get(HttpServer.builder(this::handle).eventLoops(loops).start().toCompletableFuture());

  private void handle(ServerExchange exchange) {
    var call =
        new Call(
            exchange.request(),
            exchange.scheme(),
            exchange.body(),
            "192.0.2.7",
            exchange.requestId(),
            System.nanoTime() + Duration.ofSeconds(20).toNanos());
    if (!origins.upgrade(call, TestOrigins.TARGET, exchange)) {
      var running = origins.execute(call, TestOrigins.TARGET, new UpgradeRelay(exchange));
      exchange.onCancel(running::cancel);
    }
  }

  private void pool(OriginPool.Builder pool) {
    origins.update(Map.of("acme/web", pool.build()));
  }

  @AfterEach
  void close() {
    Answer.get(ingress.close().toCompletableFuture());
    origins.close();
    loops.close();
  }

  private static void accept(TestUpstream.Exchange exchange) throws IOException {
    String key = exchange.header("sec-websocket-key").getFirst();
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(ISO_8859_1));
      exchange.write(
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              + "Sec-WebSocket-Accept: "
              + Base64.getEncoder().encodeToString(digest)
              + "\r\n\r\n");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), ingress.address().getPort());
  }

  private ServerStatus server() {
    return origins.status().getFirst().servers().getFirst();
  }

  @Test
  void aRealClientsMessagesComeBack() throws Exception {
    var closed = new CompletableFuture<Integer>();
    try (var upstream =
        TestUpstream.start(
            exchange -> {
              accept(exchange);
              EchoFrames.run(exchange.in(), exchange.out());
              exchange.close();
            })) {
      pool(TestOrigins.pool(upstream));
      var received = new LinkedBlockingQueue<String>();
      try (HttpClient http = HttpClient.newHttpClient()) {
        WebSocket client =
            Answer.get(
                http.newWebSocketBuilder()
                    .buildAsync(
                        URI.create("ws://127.0.0.1:" + ingress.address().getPort() + "/chat"),
                        new WebSocket.Listener() {
                          @Override
                          public CompletionStage<?> onText(
                              WebSocket socket, CharSequence data, boolean last) {
                            received.add(data.toString());
                            socket.request(1);
                            return CompletableFuture.completedStage(null);
                          }

                          @Override
                          public CompletionStage<?> onClose(
                              WebSocket socket, int statusCode, String reason) {
                            closed.complete(statusCode);
                            return CompletableFuture.completedStage(null);
                          }
                        }));
        for (int i = 0; i < 100; i++) {
          var _ = Answer.get(client.sendText("message " + i, true));
          assertThat(received.poll(20, TimeUnit.SECONDS)).isEqualTo("message " + i);
        }
        assertThat(server().active()).isEqualTo(1);
        var _ = Answer.get(client.sendClose(WebSocket.NORMAL_CLOSURE, "bye"));
        assertThat(Answer.get(closed)).isEqualTo(WebSocket.NORMAL_CLOSURE);
      }
      TestOrigins.await("over", () -> server().active() == 0 && server().connections() == 0);
      assertThat(server().failed()).isZero();
    }
  }

  @Test
  void theHandshakeArrivesAndBytesBehindItAreNotLost() throws Exception {
    var seen = new CompletableFuture<TestUpstream.Exchange>();
    try (var upstream =
        TestUpstream.start(
            exchange -> {
              seen.complete(exchange);
              exchange.writeLines(
                  "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n"
                      + "Connection: Upgrade\nSec-WebSocket-Protocol: chat\n\nearly");
              exchange.in().transferTo(exchange.out());
              exchange.close();
            })) {
      pool(TestOrigins.pool(upstream));
      try (var client = connect()) {
        client.getOutputStream().write(HANDSHAKE.getBytes(ISO_8859_1));
        InputStream in = new BufferedInputStream(client.getInputStream());
        assertThat(TestUpstream.Exchange.line(in)).isEqualTo("HTTP/1.1 101 Switching Protocols");
        boolean protocol = false;
        for (String line; (line = TestUpstream.Exchange.line(in)) != null && !line.isEmpty(); ) {
          protocol |= line.equalsIgnoreCase("sec-websocket-protocol: chat");
        }
        assertThat(protocol).isTrue();
        assertThat(in.readNBytes(5)).asString(ISO_8859_1).isEqualTo("early");
        client.getOutputStream().write("hello".getBytes(ISO_8859_1));
        assertThat(in.readNBytes(5)).asString(ISO_8859_1).isEqualTo("hello");
      }
      TestUpstream.Exchange exchange = Answer.get(seen);
      assertThat(exchange.requestLine()).isEqualTo("GET /chat?room=1 HTTP/1.1");
      assertThat(exchange.header("connection")).containsExactly("upgrade");
      assertThat(exchange.header("upgrade")).containsExactly("websocket");
      assertThat(exchange.header("sec-websocket-key")).containsExactly("dGhlIHNhbXBsZSBub25jZQ==");
      assertThat(exchange.header("sec-websocket-version")).containsExactly("13");
      assertThat(exchange.header("x-forwarded-for")).containsExactly("192.0.2.7");
      TestOrigins.await("the client's end is the server's", () -> server().connections() == 0);
      TestOrigins.await("closed", () -> upstream.openConnections() == 0);
    }
  }

  @Test
  void aClientThatIsSlowHoldsTheServerBack() throws Exception {
    var written = new AtomicLong();
    byte[] piece = new byte[64 * 1024];
    long all = 64L * 1024 * 1024;
    try (var upstream =
        TestUpstream.start(
            exchange -> {
              accept(exchange);
              for (long sent = 0; sent < all; sent += piece.length) {
                exchange.out().write(piece);
                written.addAndGet(piece.length);
              }
              exchange.close();
            })) {
      pool(TestOrigins.pool(upstream));
      try (var client = connect()) {
        client.getOutputStream().write(HANDSHAKE.getBytes(ISO_8859_1));
        InputStream in = new BufferedInputStream(client.getInputStream());
        for (String line; (line = TestUpstream.Exchange.line(in)) != null && !line.isEmpty(); ) {
          assertThat(line).isNotNull();
        }
        assertThat(OriginsStreamTest.settled(written)).isLessThan(all / 2);
        long read = 0;
        byte[] buffer = new byte[piece.length];
        for (int n; (n = in.read(buffer)) >= 0; ) {
          read += n;
        }
        assertThat(read).isEqualTo(all);
      }
    }
  }

  @Test
  void aRefusalIsPassedOnAndARefusingServerThatDiesReplaced() throws Exception {
    try (var bad = TestUpstream.start(exchange -> TestUpstream.reset(exchange.socket()));
        var no =
            TestUpstream.start(
                exchange ->
                    exchange.write("HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno"))) {
      pool(TestOrigins.pool(bad, no));
      for (int i = 0; i < 2; i++) {
        try (var client = connect()) {
          client.getOutputStream().write(HANDSHAKE.getBytes(ISO_8859_1));
          InputStream in = new BufferedInputStream(client.getInputStream());
          assertThat(TestUpstream.Exchange.line(in)).isEqualTo("HTTP/1.1 403 Forbidden");
        }
      }
    }
  }

  @Test
  void http10HasNoUpgrade() throws Exception {
    try (var upstream =
            TestUpstream.start(
                exchange -> exchange.ok(exchange.header("upgrade").isEmpty() ? "plain" : "asked"));
        var client = connect()) {
      pool(TestOrigins.pool(upstream));
      client
          .getOutputStream()
          .write(HANDSHAKE.replace("HTTP/1.1", "HTTP/1.0").getBytes(ISO_8859_1));
      InputStream in = new BufferedInputStream(client.getInputStream());
      assertThat(TestUpstream.Exchange.line(in)).isEqualTo("HTTP/1.1 200 OK");
      for (String line; (line = TestUpstream.Exchange.line(in)) != null && !line.isEmpty(); ) {
        assertThat(line).isNotNull();
      }
      assertThat(in.readNBytes(5)).asString(ISO_8859_1).isEqualTo("plain");
    }
  }

  @Test
  void whatIsNoHandshakeIsACallLikeOthers() throws Exception {
    var go = new CountDownLatch(1);
    try (var upstream =
            TestUpstream.start(
                exchange -> {
                  go.await();
                  assertThat(exchange.header("upgrade")).isEmpty();
                  exchange.ok("plain");
                });
        var client = connect()) {
      pool(TestOrigins.pool(upstream));
      String post =
          HANDSHAKE
              .replace("GET", "POST")
              .replace("Sec-WebSocket-Version: 13", "Content-Length: 0");
      client.getOutputStream().write(post.getBytes(ISO_8859_1));
      go.countDown();
      InputStream in = new BufferedInputStream(client.getInputStream());
      assertThat(TestUpstream.Exchange.line(in)).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  /** Sends each WebSocket frame of a client back, unmasked, up to the one that closes. */
  private static final class EchoFrames {
    static void run(InputStream in, OutputStream out) throws IOException {
      while (true) {
        int first = in.read();
        int length = in.read() & 0x7f;
        if (first < 0 || length > 125) {
          throw new IOException("frame: " + length + " bytes (expected: at most 125)");
        }
        byte[] mask = in.readNBytes(4);
        byte[] data = in.readNBytes(length);
        for (int i = 0; i < data.length; i++) {
          data[i] ^= mask[i % 4];
        }
        out.write(first);
        out.write(length);
        out.write(data);
        out.flush();
        if ((first & 0xf) == 8) {
          assertThat(new String(data, 2, length - 2, StandardCharsets.UTF_8)).isEqualTo("bye");
          return;
        }
      }
    }
  }
}
