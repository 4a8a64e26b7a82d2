package dev.brink.mesh.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves {@code hello} until killed, to be measured from outside: {@code wrk -t1 -c32 -d5
 * http://127.0.0.1:8099/}. Arguments: the port, {@code loop} to answer on the event loop or {@code
 * lane} to answer on other threads, and the number of event loops and of lanes.
 */
final class HttpServerBenchmark {
  private static final ByteBuf HELLO =
      Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("hello", US_ASCII).asReadOnly());
  private static final AsciiString TEXT = AsciiString.cached("text/plain");

  private HttpServerBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 8099;
    boolean lanes = arguments.length > 1 && arguments[1].equals("lane");
    int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 2;
    HttpHandler handler = lanes ? onLanes(threads) : exchange -> exchange.respond(hello());
    HttpServer server =
        HttpServer.builder(handler)
            .address(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .eventLoops(EventLoops.create(threads, "bench-io"))
            .start()
            .toCompletableFuture()
            .join();
    System.out.println("listening on " + server.address());
    Thread.currentThread().join();
  }

  private static HttpHandler onLanes(int threads) {
    @SuppressWarnings({"unchecked", "rawtypes"})
    LinkedBlockingQueue<ServerExchange>[] queues = new LinkedBlockingQueue[threads];
    for (int i = 0; i < threads; i++) {
      LinkedBlockingQueue<ServerExchange> queue = new LinkedBlockingQueue<>(10_000);
      queues[i] = queue;
      Thread.ofPlatform().name("bench-lane-" + i).daemon().start(() -> serve(queue));
    }
    AtomicInteger next = new AtomicInteger();
    return exchange -> queues[Math.floorMod(next.getAndIncrement(), threads)].add(exchange);
  }

  private static void serve(LinkedBlockingQueue<ServerExchange> queue) {
    try {
      while (true) {
        queue.take().respond(hello());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HttpResponse hello() {
    HttpHeaders headers = UncheckedHeaders.create();
    headers.set(HttpHeaderNames.CONTENT_TYPE, TEXT);
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.OK,
        HELLO.duplicate(),
        headers,
        EmptyHttpHeaders.INSTANCE);
  }
}
