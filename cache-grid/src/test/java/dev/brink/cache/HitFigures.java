package dev.brink.cache;

import com.sun.management.ThreadMXBean;
import dev.brink.cache.store.MemoryStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Prints what a fresh hit of 1 KB costs the cache alone: bytes that it allocates, and processor
 * time of its thread. The requests are made beforehand, and the answers dropped.
 *
 * <p>Arguments: how many objects there are (1,000), asked for evenly; how many rounds (40).
 */
final class HitFigures {
  private static final int HITS = 20_000;

  private HitFigures() {}

  public static void main(String[] arguments) {
    int objects = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000;
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 40;
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var random = new SplittableRandom(1);
    try (HttpCache cache = HttpCache.builder(MemoryStore.ofBytes(256L << 20)).build()) {
      for (int i = 0; i < objects; i++) {
        var _ = cache.handle(request(i), HitFigures::answer, Drop.INSTANCE);
      }
      CacheRequest[] requests = new CacheRequest[HITS];
      double least = Double.MAX_VALUE;
      long bytes = 0;
      for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < HITS; i++) {
          requests[i] = request(random.nextInt(objects));
        }
        long bytesBefore = threads.getCurrentThreadAllocatedBytes();
        long nanosBefore = threads.getCurrentThreadCpuTime();
        for (CacheRequest request : requests) {
          var _ = cache.handle(request, HitFigures::answer, Drop.INSTANCE);
        }
        least = Math.min(least, (double) (threads.getCurrentThreadCpuTime() - nanosBefore) / HITS);
        bytes = (threads.getCurrentThreadAllocatedBytes() - bytesBefore) / HITS;
      }
      System.out.printf(
          "%d objects, %d hits: %d bytes a hit in the last round, %.0f ns in the best%n",
          objects, cache.stats().hits(), bytes, least);
    }
  }

  private static CacheRequest request(int number) {
    var request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/images/" + number + ".jpg");
    request
        .headers()
        .set("Host", "shop.example.com")
        .set("User-Agent", "figures")
        .set("Accept", "*/*");
    return new CacheRequest(request, "http", null, CachePolicy.DEFAULT);
  }

  /** As nginx does for a file. */
  private static HttpCache.Running answer(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> none, Upstream.Listener listener) {
    byte[] body = new byte[1024];
    new SplittableRandom(request.uri().hashCode()).nextBytes(body);
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(body));
    response
        .headers()
        .set("Server", "nginx")
        .set("Date", "Fri, 27 Nov 2026 22:00:00 GMT")
        .set("Content-Type", "image/jpeg")
        .set("Content-Length", body.length)
        .set("Last-Modified", "Mon, 02 Nov 2026 08:15:30 GMT")
        .set("ETag", "\"6543fe12-400\"")
        .set("Cache-Control", "max-age=31536000")
        .set("Accept-Ranges", "bytes");
    listener.onResponse(response, null, 0);
    return () -> {};
  }

  /** Takes responses and drops them. */
  private enum Drop implements CacheListener {
    INSTANCE;

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
      if (head instanceof FullHttpResponse full) {
        full.release();
      }
    }

    @Override
    public void onFailure(FetchFailure failure) {
      throw new IllegalStateException(failure.toString());
    }
  }
}
