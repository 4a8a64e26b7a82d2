package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** A server on an ephemeral port that, when closed, has given back every buffer. */
final class TestServer implements AutoCloseable {
  private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
  private final EventLoops loops;
  private final HttpServer server;

  private TestServer(HttpHandler handler, UnaryOperator<HttpServer.Builder> options) {
    loops = EventLoops.create(2, "test-io");
    server =
        options
            .apply(HttpServer.builder(handler).eventLoops(loops).allocator(allocator))
            .start()
            .toCompletableFuture()
            .join();
  }

  static TestServer start(HttpHandler handler) {
    return start(handler, options -> options);
  }

  static TestServer start(HttpHandler handler, HttpLimits.Builder limits) {
    return start(handler, options -> options.limits(limits.build()));
  }

  static TestServer start(HttpHandler handler, UnaryOperator<HttpServer.Builder> options) {
    return new TestServer(handler, options);
  }

  HttpServer server() {
    return server;
  }

  int port() {
    return server.address().getPort();
  }

  RawClient connect() throws IOException {
    return new RawClient(port());
  }

  /** Bytes in buffers that this server has allocated and not yet freed. */
  long heldBytes() {
    return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
  }

  @Override
  public void close() {
    server.drain(Duration.ZERO).toCompletableFuture().join();
    loops.close();
    assertThat(heldBytes()).as("bytes not released").isZero();
  }

  static FullHttpResponse text(int status, String body) {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.valueOf(status),
        Unpooled.copiedBuffer(body, UTF_8));
  }

  static FullHttpResponse ok(String body) {
    return text(200, body);
  }

  static HttpResponse head(int status) {
    return new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
  }

  static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  /** Waits for what other threads bring about. */
  static void await(String what, BooleanSupplier condition) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("time for: %s", what).isLessThan(end);
      LockSupport.parkNanos(200_000);
    }
  }
}
