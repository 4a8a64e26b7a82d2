package dev.brink.cache;

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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Prints what a million objects of 1 KB take in memory, with heads as a web server sends them: the
 * process in all (Linux), and the heap after a collection. Run it with a heap of 512 MiB and {@code
 * -XX:MaxDirectMemorySize=2g}; see docs/testing.md.
 */
final class MemoryFigures {
  private MemoryFigures() {}

  public static void main(String[] arguments) throws Exception {
    int objects = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 1_000_000;
    long before = resident();
    HttpCache cache = HttpCache.builder(MemoryStore.ofBytes(2L << 30)).build();
    for (int i = 0; i < objects; i++) {
      var request =
          new DefaultHttpRequest(
              HttpVersion.HTTP_1_1, HttpMethod.GET, "/images/products/" + i + ".jpg");
      request.headers().set("Host", "shop.example.com");
      var _ =
          cache.handle(
              new CacheRequest(request, "https", null, CachePolicy.DEFAULT),
              new Source(i),
              Drain.INSTANCE);
    }
    var stored = cache.storeStats();
    System.gc();
    long heap = Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    System.out.printf(
        "%d objects, %d MB by the store's own account; process %d MB (%d before), heap used %d"
            + " MB%n",
        stored.objects(),
        stored.bytes() / 1_000_000,
        resident() / 1_000_000,
        before / 1_000_000,
        heap / 1_000_000);
    cache.close();
  }

  private static long resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
      }
    }
    throw new IOException("VmRSS: missing");
  }

  /** Answers as nginx does for a file. */
  private record Source(int number) implements Upstream {
    @Override
    public HttpCache.Running fetch(
        HttpRequest request, Flow.@Nullable Publisher<ByteBuf> none, Listener listener) {
      byte[] body = new byte[1024];
      new SplittableRandom(number).nextBytes(body);
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
          .set("ETag", "\"%08x-400\"".formatted(number))
          .set("Cache-Control", "public, max-age=86400")
          .set("Accept-Ranges", "bytes");
      listener.onResponse(response, null, 0);
      return () -> {};
    }
  }

  /** Takes responses and drops them. */
  private enum Drain implements CacheListener, Flow.Subscriber<ByteBuf> {
    INSTANCE;

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
      if (head instanceof FullHttpResponse full) {
        full.release();
      } else if (body != null) {
        body.subscribe(this);
      }
    }

    @Override
    public void onFailure(FetchFailure failure) {
      throw new IllegalStateException(failure.toString());
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void onError(Throwable failure) {
      throw new IllegalStateException(failure);
    }

    @Override
    public void onComplete() {}
  }
}
