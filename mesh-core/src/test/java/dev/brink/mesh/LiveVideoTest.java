package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A live stream over three nodes: a playlist that changes, and segments that are watched while
 * their encoder still writes them. It writes no piece before all viewers have the one before.
 */
class LiveVideoTest {
  private static final int SEGMENTS = 4;
  private static final int PIECES = 5;
  private static final int PIECE = 20_000;
  private static final int VIEWERS = 6;

  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

  /** How many pieces of a segment the viewers have, all of them. */
  private final Map<String, Phaser> seen = new ConcurrentHashMap<>();

  /** The newest segment that there is. */
  private volatile int newest;

  @Test
  void viewersOfAllNodesGetSegmentsAsTheyAreMade(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin = new CountingOrigin((exchange, count) -> answer(exchange));
        TestMesh mesh = TestMesh.start(directory, 3, (index, config) -> {});
        Site site = Site.of(mesh);
        ExecutorService viewers = Executors.newVirtualThreadPerTaskExecutor()) {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("live")
                  .server(origin.uri())
                  .route("/*")
                  .cache(CachePolicy.DEFAULT)
                  .build());
      List<Future<?>> watching = new ArrayList<>();
      for (int viewer = 0; viewer < VIEWERS; viewer++) {
        int node = viewer % 3;
        watching.add(
            viewers.submit(
                () -> {
                  for (int segment = 0; segment < SEGMENTS; segment++) {
                    watch(site, node, segment);
                  }
                  return null;
                }));
      }
      for (Future<?> each : watching) {
        each.get(120, TimeUnit.SECONDS);
      }
      for (int segment = 0; segment < SEGMENTS; segment++) {
        assertThat(asked.get("/live/" + segment + ".ts")).as("segment %d", segment).hasValue(1);
      }
    }
  }

  private void watch(Site site, int node, int segment) throws Exception {
    String name = segment + ".ts";
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!site.get(node, "/live/list.m3u8").body().contains(name)) {
      assertThat(System.nanoTime()).as("the playlist does not change").isLessThan(end);
      Thread.sleep(100); // as players do
    }
    HttpResponse<InputStream> response =
        site.clients()
            .get(node)
            .send(Site.request("/live/" + name).build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(200);
    Phaser all = seen("/live/" + name);
    try (InputStream body = response.body()) {
      for (int piece = 0; piece < PIECES; piece++) {
        assertThat(body.readNBytes(PIECE)).isEqualTo(piece(segment, piece));
        all.arrive();
      }
      assertThat(body.read()).isEqualTo(-1);
    }
  }

  private Phaser seen(String path) {
    return seen.computeIfAbsent(path, any -> new Phaser(VIEWERS));
  }

  private static byte[] piece(int segment, int piece) {
    byte[] bytes = new byte[PIECE];
    for (int i = 0; i < PIECE; i++) {
      bytes[i] = (byte) (i * 31 + (i >> 7) + segment * 7 + piece);
    }
    return bytes;
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    asked.computeIfAbsent(path, any -> new AtomicInteger()).incrementAndGet();
    if (path.endsWith(".m3u8")) {
      byte[] list = "#EXTM3U\n%d.ts\n".formatted(newest).getBytes(US_ASCII);
      exchange.getResponseHeaders().set("cache-control", "max-age=1");
      exchange.getResponseHeaders().set("content-type", "application/vnd.apple.mpegurl");
      exchange.sendResponseHeaders(200, list.length);
      exchange.getResponseBody().write(list);
      return;
    }
    int segment = Integer.parseInt(path.replaceAll("\\D", ""));
    exchange.getResponseHeaders().set("cache-control", "max-age=600");
    exchange.getResponseHeaders().set("content-type", "video/mp2t");
    exchange.sendResponseHeaders(200, 0);
    for (int piece = 0; piece < PIECES; piece++) {
      exchange.getResponseBody().write(piece(segment, piece));
      exchange.getResponseBody().flush();
      try {
        seen(path).awaitAdvanceInterruptibly(piece, 60, TimeUnit.SECONDS);
      } catch (InterruptedException | TimeoutException e) {
        throw new IOException("not all viewers got piece " + piece, e);
      }
    }
    newest = segment + 1;
  }
}
