package dev.brink.cache;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What it is worth that three caches ask each other: each key has a home among them that alone asks
 * the origin, and each keeps copies of what its own clients ask for, in the same memory.
 */
class CooperationTest {
  private static final int NODES = 3;
  private static final int OBJECTS = 30_000;
  private static final int REQUESTS = 45_000;
  private static final long BYTES_EACH = 2 << 20;

  /** Requests to the origin that are counted: those after the first third. */
  private int fetched;

  private List<HttpCache> caches = List.of();

  /** Popularity by Zipf's law, the same at all nodes. */
  private static double[] zipf(double exponent) {
    double[] sums = new double[OBJECTS];
    double sum = 0;
    for (int i = 0; i < OBJECTS; i++) {
      sum += 1 / Math.pow(i + 1, exponent);
      sums[i] = sum;
    }
    return sums;
  }

  private static int draw(double[] sums, Random random) {
    int at = Arrays.binarySearch(sums, random.nextDouble() * sums[OBJECTS - 1]);
    return at < 0 ? -at - 1 : at;
  }

  /** The share of requests that the origin did not see, in percent. */
  private double hits(double exponent, boolean together) {
    caches =
        IntStream.range(0, NODES)
            .mapToObj(node -> HttpCache.builder(MemoryStore.ofBytes(BYTES_EACH)).build())
            .toList();
    var random = new Random(7);
    double[] sums = zipf(exponent);
    fetched = 0;
    for (int i = 0; i < REQUESTS; i++) {
      if (i == REQUESTS / 3) {
        fetched = 0;
      }
      int node = random.nextInt(NODES);
      ask(node, "/" + draw(sums, random), together);
    }
    caches.forEach(HttpCache::close);
    return 100 - 100.0 * fetched / (REQUESTS - REQUESTS / 3);
  }

  private void ask(int node, String path, boolean together) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set("host", "example.org");
    Upstream upstream =
        (fetch, body, listener) -> {
          int home = together ? Math.floorMod(fetch.uri().hashCode() * 0x9E3779B9, NODES) : node;
          return home == node ? origin(listener) : fromHome(home, fetch, listener);
        };
    var _ =
        caches
            .get(node)
            .handle(
                new CacheRequest(request, "http", null, CachePolicy.DEFAULT),
                upstream,
                new Receiver(null));
  }

  private HttpCache.Running fromHome(int home, HttpRequest request, Upstream.Listener listener) {
    return caches
        .get(home)
        .handle(
            new CacheRequest(request, "http", null, CachePolicy.DEFAULT),
            (fetch, body, to) -> origin(to),
            new Receiver(listener));
  }

  private HttpCache.Running origin(Upstream.Listener listener) {
    fetched++;
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(new byte[1000]));
    response.headers().set("cache-control", "max-age=100000");
    listener.onResponse(response, null, 0);
    return () -> {};
  }

  /**
   * Takes an answer for a client, or for the cache that asked.
   *
   * @param asker {@code null}: a client
   */
  private record Receiver(Upstream.@Nullable Listener asker) implements CacheListener {
    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
      if (asker != null) {
        asker.onResponse(head, body, result.stamp());
      } else if (head instanceof FullHttpResponse full) {
        full.release();
      } else {
        throw new AssertionError("not in one piece: " + head);
      }
    }

    @Override
    public void onFailure(FetchFailure failure) {
      throw new AssertionError(failure.detail());
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.7, 0.9})
  void threeTogetherHitMoreThanThreeApart(double exponent) {
    double apart = hits(exponent, false);
    double together = hits(exponent, true);
    assertThat(together).isGreaterThanOrEqualTo(apart + 5);
  }
}
