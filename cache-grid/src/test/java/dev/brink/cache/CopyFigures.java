package dev.brink.cache;

import dev.brink.cache.ahead.ByteBudget;
import dev.brink.cache.ahead.Popularity;
import dev.brink.cache.store.MemoryStore;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Prints what copies ahead are worth to a crowd that moves over three nodes: of the first requests
 * at a node for what another node was asked for before, the share that it answers from its own
 * memory. Simulated time, three real caches, the real estimate and budget.
 */
final class CopyFigures {
  private static final int NODES = 3;
  private static final int OBJECTS = 3_000;
  private static final int REQUESTS = 60_000;

  /** The crowd is at a node for 20 s, which four of five requests then come to. */
  private static final int PHASE = 20_000;

  private static final int AT_THE_CROWD = 80;
  private static final long NANOS_EACH = 1_000_000;
  private static final long BODY_BYTES = 1000;
  private static final int SAMPLED = 16;

  private final List<HttpCache> caches;
  private final Random random = new Random(11);
  private final @Nullable Popularity<String> popularity;
  private final ByteBudget[] budgets = new ByteBudget[NODES];
  private long now;
  private boolean hit;
  private boolean first;
  private int copies;

  private CopyFigures(long bytesEach, boolean ahead) {
    caches =
        IntStream.range(0, NODES)
            .mapToObj(
                node ->
                    HttpCache.builder(MemoryStore.ofBytes(bytesEach))
                        .time(() -> Instant.ofEpochMilli(1_700_000_000_000L + now / 1_000_000))
                        .build())
            .toList();
    popularity = ahead ? new Popularity<>(NODES * 1024) : null;
    Arrays.setAll(budgets, node -> new ByteBudget(4 << 20, 8 << 20, 0));
  }

  /** Takes about a minute. */
  public static void main(String[] args) {
    for (long megabytes : List.of(64L, 2L)) {
      for (double exponent : List.of(0.7, 0.9, 1.1)) {
        double without = new CopyFigures(megabytes << 20, false).run(exponent);
        var with = new CopyFigures(megabytes << 20, true);
        double share = with.run(exponent);
        System.out.printf(
            Locale.ROOT,
            "%d MiB each, exponent %.1f: from its own memory %.0f %% without, %.0f %% with %d"
                + " copies%n",
            megabytes,
            exponent,
            without,
            share,
            with.copies);
      }
    }
  }

  private double run(double exponent) {
    double[] sums = new double[OBJECTS];
    double sum = 0;
    for (int i = 0; i < OBJECTS; i++) {
      sum += 1 / Math.pow(i + 1, exponent);
      sums[i] = sum;
    }
    Set<Long> asked = new HashSet<>();
    int firsts = 0;
    int own = 0;
    for (int i = 0; i < REQUESTS; i++) {
      now += NANOS_EACH;
      int crowd = i / PHASE % NODES;
      int node = random.nextInt(100) < AT_THE_CROWD ? crowd : random.nextInt(NODES);
      int at = Arrays.binarySearch(sums, random.nextDouble() * sum);
      int object = at < 0 ? -at - 1 : at;
      boolean elsewhere =
          IntStream.range(0, NODES).anyMatch(n -> asked.contains((long) object * NODES + n));
      boolean isFirst = asked.add((long) object * NODES + node);
      ask(node, "/" + object);
      if (isFirst && elsewhere) {
        firsts++;
        own += hit ? 1 : 0;
      }
    }
    caches.forEach(HttpCache::close);
    return 100.0 * own / firsts;
  }

  private static CacheRequest request(String path) {
    var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, path);
    request.headers().set("host", "example.org");
    return new CacheRequest(request, "http", null, CachePolicy.DEFAULT);
  }

  private static int home(String path) {
    return Math.floorMod((path.hashCode() * 0x9E3779B9) >>> 7, NODES);
  }

  private void ask(int node, String path) {
    int home = home(path);
    hit = false;
    first = false;
    Upstream upstream =
        (fetch, body, listener) ->
            home == node ? origin(listener) : fromHome(home, fetch.uri(), listener);
    var _ = caches.get(node).handle(request(path), upstream, new Receiver(null));
    boolean counts = !hit || first || random.nextInt(SAMPLED) == 0;
    if (popularity != null && counts) {
      double times = hit && !first ? SAMPLED : 1;
      if (popularity.asked(path, Integer.toString(node), times, now)) {
        offer(home, path);
      }
    }
  }

  private void offer(int home, String path) {
    Offering offering = caches.get(home).offering(request(path));
    if (popularity == null || offering == null) {
      return;
    }
    List<String> others =
        IntStream.range(0, NODES).filter(n -> n != home).mapToObj(Integer::toString).toList();
    for (String to : popularity.lacking(path, others, offering.stamp(), now)) {
      int node = Integer.parseInt(to);
      if (budgets[node].take(offering.bytes(), now)) {
        var _ =
            caches
                .get(node)
                .take(
                    request(path),
                    (fetch, body, listener) -> fromHome(home, path, listener),
                    offering.bytes(),
                    1 << 20)
                .thenAccept(stored -> copies += stored ? 1 : 0);
      }
    }
  }

  private HttpCache.Running fromHome(int home, String path, Upstream.Listener listener) {
    return caches
        .get(home)
        .handle(request(path), (fetch, body, to) -> origin(to), new Receiver(listener));
  }

  private static HttpCache.Running origin(Upstream.Listener listener) {
    var response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.OK,
            Unpooled.wrappedBuffer(new byte[(int) BODY_BYTES]));
    response.headers().set("cache-control", "max-age=100000");
    listener.onResponse(response, null, 0);
    return () -> {};
  }

  /** Takes an answer for a client, or for the cache that asked. */
  private final class Receiver implements CacheListener {
    private final Upstream.@Nullable Listener asker;

    /**
     * @param asker {@code null}: a client
     */
    Receiver(Upstream.@Nullable Listener asker) {
      this.asker = asker;
    }

    @Override
    public boolean forPeer() {
      return asker != null;
    }

    @Override
    public void onResponse(
        HttpResponse head, Flow.@Nullable Publisher<ByteBuf> body, CacheResult result) {
      if (asker != null) {
        asker.onResponse(head, body, result.stamp());
      } else if (head instanceof FullHttpResponse full) {
        hit = result.outcome() == CacheResult.Outcome.HIT;
        first = result.first();
        full.release();
      }
    }

    @Override
    public void onFailure(FetchFailure failure) {
      throw new IllegalStateException(failure.detail());
    }
  }
}
