package dev.brink.mesh.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.Subrequests;
import dev.brink.exec.outbound.OutboundPolicy;
import dev.brink.exec.outbound.OutboundTarget;
import dev.brink.exec.websocket.Handshake;
import dev.brink.mesh.exchange.CallTiming;
import dev.brink.mesh.http.BodyPipe;
import dev.brink.mesh.http.CdnLoop;
import dev.brink.mesh.http.EventLoops;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.EventExecutor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundTest {
  private final EventLoops loops = EventLoops.create(1, "test-outbound");
  private final TestUpstream server = TestUpstream.start(exchange -> exchange.ok("hello"));

  @AfterEach
  void close() {
    server.close();
    loops.close();
  }

  private Outbound outbound(OutboundPolicy policy) {
    return Outbound.create(loops, policy, OriginLimits.defaults(), CdnLoop.create());
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"})
  void deniesLoopbackByWhateverNameBeforeConnecting(String host) throws Exception {
    try (var outbound = outbound(OutboundPolicy.publicOnly())) {
      Heard heard = get(outbound, "http://" + host + ":" + server.port() + "/");
      assertThat(heard.await()).startsWith("failed: fetch:").contains("not a public address");
      assertThat(server.accepted).hasValue(0);
    }
  }

  @Test
  void deniesPortsOfTheMeshAndOfOtherProtocols() throws Exception {
    OutboundPolicy policy = OutboundPolicy.builder().denyPorts(List.of(7400)).build();
    try (var outbound = outbound(policy)) {
      assertThat(get(outbound, "http://93.184.216.34:7400/").await())
          .isEqualTo("failed: fetch: port 7400 is not allowed");
      assertThat(get(outbound, "http://93.184.216.34:25/").await())
          .isEqualTo("failed: fetch: port 25 is not allowed");
      assertThat(get(outbound, "ftp://93.184.216.34/").await())
          .isEqualTo("failed: fetch: the URL is not valid (expected: http or https)");
    }
  }

  @Test
  void keepsConnectionsAndAddsOnlyWhatFindsLoops() throws Exception {
    var headers = new AtomicReference<List<String>>(List.of());
    try (var upstream =
            TestUpstream.start(
                exchange -> {
                  headers.set(exchange.headerLines());
                  exchange.ok("hello");
                });
        var outbound = outbound(allowed(upstream))) {
      assertThat(get(outbound, upstream.url() + "/a?b=c").await()).isEqualTo("200 hello");
      for (int i = 0; i < 20; i++) {
        afterReads();
        assertThat(get(outbound, upstream.url() + "/again").await()).isEqualTo("200 hello");
      }
      assertThat(upstream.accepted).hasValue(1);
      assertThat(headers.get())
          .hasSize(3)
          .startsWith("host: 127.0.0.1:" + upstream.port(), "x-a: b")
          .last()
          .asString()
          .matches("cdn-loop: brink;mesh=[0-9a-f]{32}");
    }
  }

  @Test
  void sendsTargetsThatOnlyTheUrlStandardAllows() throws Exception {
    try (var upstream =
            TestUpstream.start(exchange -> exchange.ok(exchange.requestLine().split(" ", 3)[1]));
        var outbound = outbound(allowed(upstream))) {
      assertThat(get(outbound, upstream.url() + "/{a}?family=A|B&c=^`%").await())
          .isEqualTo("200 /{a}?family=A|B&c=^`%");
      assertThat(get(outbound, upstream.url() + "?q").await()).isEqualTo("200 /?q");
    }
  }

  @Test
  void streamsBothWays() throws Exception {
    try (var upstream =
            TestUpstream.start(
                exchange -> exchange.ok("got " + exchange.readBody((bytes, n) -> {})));
        var outbound = outbound(allowed(upstream))) {
      var body = new TestBody(64, 64 * 1024);
      var heard = new Heard();
      var _ = outbound.fetch(asked(HttpMethod.POST, upstream.url() + "/", body), heard);
      assertThat(heard.await()).isEqualTo("200 got " + 64 * 64 * 1024);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aBodyOfAnotherLengthThanDeclaredBreaksOff(int pieces) throws Exception {
    try (var upstream =
            TestUpstream.start(
                exchange -> {
                  exchange.readBody((bytes, n) -> {});
                  exchange.socket().getInputStream().read();
                });
        var outbound = outbound(allowed(upstream))) {
      Subrequests.Subrequest asked =
          asked(HttpMethod.POST, upstream.url() + "/", new TestBody(pieces, 10));
      asked.request().headers().set("content-length", "20");
      var heard = new Heard();
      var _ = outbound.fetch(asked, heard);
      assertThat(heard.await()).isEqualTo("failed: fetch: the request broke off or cannot be sent");
      TestOrigins.await("closed", () -> upstream.openConnections() == 0);
    }
  }

  @Test
  void untrustedCertificatesAreRefused() throws Exception {
    OutboundPolicy policy =
        OutboundPolicy.builder().allow(List.of(new OutboundTarget("127.0.0.1", 0))).build();
    try (var upstream = TestUpstream.start(exchange -> exchange.ok("plain"));
        var outbound = outbound(policy)) {
      assertThat(get(outbound, "https://127.0.0.1:" + upstream.port() + "/").await())
          .startsWith("failed: fetch: ");
    }
  }

  @Test
  void aCancelledRequestEnds() throws Exception {
    try (var upstream = TestUpstream.start(exchange -> exchange.socket().getInputStream().read());
        var outbound = outbound(allowed(upstream))) {
      var heard = new Heard();
      Subrequests.Cancellable running =
          outbound.fetch(asked(HttpMethod.GET, upstream.url() + "/", null), heard);
      TestOrigins.await("arrived", () -> upstream.requests.get() == 1);
      running.cancel();
      assertThat(heard.await()).isEqualTo("failed: fetch: cancelled");
      TestOrigins.await("closed", () -> upstream.openConnections() == 0);
    }
  }

  @Test
  void whatCameBeforeASocketWasLostIsRead() throws Exception {
    var body = new CompletableFuture<Flow.Publisher<ByteBuf>>();
    var gone = new CompletableFuture<Void>();
    try (var upstream =
            TestUpstream.start(
                exchange -> {
                  exchange.writeLines(
                      "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\n"
                          + "Connection: Upgrade\n\nearly");
                  Answer.get(body);
                  TestUpstream.reset(exchange.socket());
                });
        var outbound = outbound(allowed(upstream))) {
      Subrequests.Subrequest asked =
          asked(
              HttpMethod.GET,
              upstream.url() + "/",
              new BodyPipe(1, () -> {}, () -> gone.complete(null)));
      Handshake.ask(asked.request().headers(), "dGhlIHNhbXBsZSBub25jZQ==");
      var _ =
          outbound.fetch(
              asked,
              new Subrequests.Listener() {
                @Override
                public void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> bytes) {
                  body.complete(bytes);
                }

                @Override
                public void onFailure(String message) {
                  body.completeExceptionally(new AssertionError(message));
                }
              });
      Answer.get(gone);
      Answer answer = Answer.eager();
      answer.onResponse(
          new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK),
          Answer.get(body),
          new CallTiming("test", false, 0, 0, 0, 0));
      assertThatThrownBy(answer::body).hasMessageContaining("origin-connection-lost");
      assertThat(answer.soFar()).isEqualTo("early");
    }
  }

  /** A connection is free again when the loop that heard its answer is done with reading. */
  private void afterReads() throws InterruptedException {
    for (EventExecutor loop : loops.group()) {
      var _ = loop.submit(() -> {}).sync();
    }
  }

  private static OutboundPolicy allowed(TestUpstream upstream) {
    return OutboundPolicy.builder()
        .allow(List.of(new OutboundTarget("127.0.0.1", upstream.port())))
        .build();
  }

  private static Heard get(Outbound outbound, String url) {
    var heard = new Heard();
    var _ = outbound.fetch(asked(HttpMethod.GET, url, null), heard);
    return heard;
  }

  private static Subrequests.Subrequest asked(
      HttpMethod method, String url, Flow.@Nullable Publisher<ByteBuf> body) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, url);
    request.headers().set("x-a", "b");
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    return new Subrequests.Subrequest("test", "", null, request, body, "", "r1", deadline, 0);
  }

  /** What a request came to, in words. */
  private static final class Heard implements Subrequests.Listener {
    private final CompletableFuture<String> outcome = new CompletableFuture<>();

    @Override
    public void onResponse(HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body) {
      if (head instanceof FullHttpResponse full) {
        outcome.complete(
            head.status().code() + " " + full.content().toString(StandardCharsets.UTF_8));
        full.release();
      } else {
        outcome.complete(String.valueOf(head.status().code()));
      }
    }

    @Override
    public void onFailure(String message) {
      outcome.complete("failed: " + message);
    }

    String await() throws Exception {
      return outcome.get(20, TimeUnit.SECONDS);
    }
  }
}
