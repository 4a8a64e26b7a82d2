package dev.brink.samples.cache;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.brink.cache.CachePolicy;
import dev.brink.cache.CacheRequest;
import dev.brink.cache.CacheStats;
import dev.brink.cache.FetchFailure;
import dev.brink.cache.HttpCache;
import dev.brink.cache.Purge;
import dev.brink.cache.Upstream;
import dev.brink.cache.store.DiskStore;
import dev.brink.cache.store.MemoryStore;
import dev.brink.cache.store.StoreStats;
import dev.brink.cache.store.TieredStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server that asks its handler only for what it has not cached: the handler's headers
 * decide how long, what it tags can be purged, and what is cached outlasts the process.
 */
public final class CachedService implements AutoCloseable {
  private static final long MEMORY_BYTES = 64L << 20;
  private static final long DISK_BYTES = 1L << 30;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpCache cache;
  private final HttpServer server;
  private final Upstream origin;

  private CachedService(Path directory, int port, Function<HttpRequest, FullHttpResponse> handler)
      throws IOException {
    cache =
        HttpCache.builder(
                TieredStore.of(
                    MemoryStore.ofBytes(MEMORY_BYTES), DiskStore.open(directory, DISK_BYTES)))
            .name("shop")
            .build();
    origin = new HandlerOrigin(handler, threads);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
  }

  /**
   * Starts on the loopback interface.
   *
   * @param directory of what is cached, which an earlier service may have left
   * @param port 0: any that is free. What is cached is found again under the same host and port
   * @param handler what answers requests; may block
   */
  public static CachedService start(
      Path directory, int port, Function<HttpRequest, FullHttpResponse> handler)
      throws IOException {
    var service = new CachedService(directory, port, handler);
    service.server.start();
    return service;
  }

  /** Serves a page that says when it was made, which is asked for twice before it is purged. */
  public static void main(String[] args) throws Exception {
    Function<HttpRequest, FullHttpResponse> handler =
        request -> page("made at " + System.nanoTime(), "max-age=60", "articles");
    try (CachedService service = start(Path.of(args[0]), 0, handler);
        HttpClient client = HttpClient.newHttpClient()) {
      var request = java.net.http.HttpRequest.newBuilder(service.uri().resolve("/lamp")).build();
      for (int i = 0; i < 3; i++) {
        var response = client.send(request, BodyHandlers.ofString());
        System.out.println(
            response.body() + ", " + response.headers().firstValue("cache-status").orElse(""));
        if (i == 1) {
          service.purge("articles");
        }
      }
      System.out.println(
          service.stats().hits() + " hit, " + service.stats().fetches() + " fetches");
    }
  }

  /** A response for all, as a handler makes it. */
  public static FullHttpResponse page(String text, String cacheControl, String tags) {
    ByteBuf content = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
    var response =
        new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, content);
    response
        .headers()
        .set("content-type", "text/plain; charset=utf-8")
        .set("content-length", content.readableBytes())
        .set("cache-control", cacheControl)
        .set("cache-tag", tags);
    return response;
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /** Has nothing used any more that has the tag; returns when that outlasts the process too. */
  public void purge(String tag) {
    Purge _ = cache.purge(Purge.of(Purge.Scope.TAG, tag));
    cache.written().toCompletableFuture().join();
  }

  public CacheStats stats() {
    return cache.stats();
  }

  public StoreStats storeStats() {
    return cache.storeStats();
  }

  /** Runs on a thread of its own, so it may wait; what the cache calls may not. */
  private void answer(HttpExchange exchange) throws IOException {
    if (!exchange.getRequestMethod().equals("GET") && !exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(405, -1);
      exchange.close();
      return;
    }
    var request =
        new DefaultHttpRequest(
            HttpVersion.HTTP_1_1,
            HttpMethod.valueOf(exchange.getRequestMethod()),
            exchange.getRequestURI().toString());
    exchange.getRequestHeaders().forEach((name, values) -> request.headers().set(name, values));
    var reply = new Reply(exchange);
    HttpCache.Running running =
        cache.handle(new CacheRequest(request, "http", null, CachePolicy.DEFAULT), origin, reply);
    try {
      reply.send();
    } catch (IOException e) {
      running.cancel();
      throw e;
    }
  }

  @Override
  public void close() {
    server.stop(0);
    cache.close();
    threads.close();
  }

  /** Gets what is not cached from the handler. */
  private record HandlerOrigin(
      Function<HttpRequest, FullHttpResponse> handler, ExecutorService threads)
      implements Upstream {
    @Override
    public HttpCache.Running fetch(
        HttpRequest request, Flow.@Nullable Publisher<ByteBuf> body, Listener listener) {
      var _ =
          CompletableFuture.supplyAsync(() -> handler.apply(request), threads)
              .whenComplete(
                  (response, failure) -> {
                    if (failure == null) {
                      listener.onResponse(response, null, 0);
                    } else {
                      listener.onFailure(new FetchFailure(502, "the handler failed", failure));
                    }
                  });
      return () -> {};
    }
  }
}
