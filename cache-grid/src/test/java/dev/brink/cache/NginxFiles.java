package dev.brink.cache;

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
import java.util.SplittableRandom;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * Answers as nginx does for files of 1 KB, for what prints figures.
 *
 * @param cacheControl of each response
 */
record NginxFiles(String cacheControl) implements Upstream {
  private static final int BYTES = 1024;

  /**
   * A client's request.
   *
   * @param fields beside {@code Host}, each name before its value
   */
  static CacheRequest request(String scheme, String path, String... fields) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set("Host", "shop.example.com");
    for (int i = 0; i < fields.length; i += 2) {
      request.headers().set(fields[i], fields[i + 1]);
    }
    return new CacheRequest(request, scheme, null, CachePolicy.DEFAULT);
  }

  @Override
  public HttpCache.Running fetch(
      HttpRequest request, Flow.@Nullable Publisher<ByteBuf> none, Listener listener) {
    int file = request.uri().hashCode();
    byte[] body = new byte[BYTES];
    new SplittableRandom(file).nextBytes(body);
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
        .set("ETag", "\"%08x-400\"".formatted(file))
        .set("Cache-Control", cacheControl)
        .set("Accept-Ranges", "bytes");
    listener.onResponse(response, null, 0);
    return () -> {};
  }

  /** Takes responses, which have no bodies that stream, and drops them. */
  enum Drop implements CacheListener {
    INSTANCE;

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
      if (!(head instanceof FullHttpResponse full)) {
        throw new IllegalStateException("body: streaming (expected: whole)");
      }
      full.release();
    }

    @Override
    public void onFailure(FetchFailure failure) {
      throw new IllegalStateException(failure.toString());
    }
  }
}
