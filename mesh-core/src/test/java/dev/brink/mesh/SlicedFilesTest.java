package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Large files on three nodes, which share their slices. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SlicedFilesTest {
  private static final int SLICE = 1 << 20;
  private static final int SLICES = 10;
  private static final int LENGTH = SLICES * SLICE - 777;

  /** How often each slice of each file was asked for, by path and range. */
  private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

  private final byte[] file = new byte[LENGTH];
  private CountingOrigin origin;
  private TestMesh mesh;
  private Site site;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    for (int i = 0; i < LENGTH; i++) {
      file[i] = (byte) (i * 31 + (i >>> 9));
    }
    origin = new CountingOrigin((exchange, count) -> answer(exchange));
    mesh =
        TestMesh.start(
            directory, 3, (index, config) -> config.shutdownGrace(Duration.ofMillis(100)));
    site = Site.of(mesh);
    mesh.node(0)
        .deployments()
        .deploy(
            OriginSpec.builder("files")
                .server(origin.uri())
                .route("/*")
                .cache(CachePolicy.DEFAULT)
                .build());
  }

  @AfterAll
  void stop() {
    site.close();
    mesh.close();
    origin.close();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("range");
    String path = exchange.getRequestURI().getPath();
    asked.computeIfAbsent(path + " " + range, any -> new AtomicInteger()).incrementAndGet();
    exchange.getResponseHeaders().set("cache-control", "max-age=600");
    exchange.getResponseHeaders().set("etag", "\"v1\"");
    exchange.getResponseHeaders().set("accept-ranges", "bytes");
    int first = 0;
    int last = LENGTH - 1;
    if (range != null) {
      String[] ends = range.substring("bytes=".length()).split("-", -1);
      first = Integer.parseInt(ends[0]);
      last = Math.min(last, Integer.parseInt(ends[1]));
      exchange
          .getResponseHeaders()
          .set("content-range", "bytes " + first + "-" + last + "/" + LENGTH);
    }
    exchange.sendResponseHeaders(range == null ? 200 : 206, last - first + 1);
    exchange.getResponseBody().write(file, first, last - first + 1);
  }

  private CompletableFuture<HttpResponse<byte[]>> get(int node, String path, String... headers) {
    HttpRequest.Builder request = Site.request(path);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return site.clients()
        .get(node)
        .sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  @Test
  @Order(1)
  void eachSliceIsAskedForOnceInTheWholeMesh() throws Exception {
    List<CompletableFuture<HttpResponse<byte[]>>> herd = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      herd.add(get(i % 3, "/herd"));
    }
    for (CompletableFuture<HttpResponse<byte[]>> each : herd) {
      HttpResponse<byte[]> response = each.get(60, TimeUnit.SECONDS);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(Arrays.mismatch(response.body(), file)).isEqualTo(-1);
    }
    assertThat(asked).hasSize(SLICES);
    assertThat(asked.values()).extracting(AtomicInteger::get).containsOnly(1);
  }

  @Test
  @Order(2)
  void aRangeOfAnotherNodesFileIsNotAskedOfTheOrigin() throws Exception {
    asked.clear();
    for (int node = 0; node < 3; node++) {
      HttpResponse<byte[]> part =
          get(node, "/herd", "range", "bytes=1500000-4500000").get(30, TimeUnit.SECONDS);
      assertThat(part.statusCode()).isEqualTo(206);
      assertThat(part.headers().firstValue("content-range"))
          .contains("bytes 1500000-4500000/" + LENGTH);
      assertThat(part.body()).isEqualTo(Arrays.copyOfRange(file, 1_500_000, 4_500_001));
    }
    assertThat(asked).isEmpty();
    HttpResponse<byte[]> seek =
        get(0, "/seek", "range", "bytes=5000000-").get(30, TimeUnit.SECONDS);
    assertThat(seek.body()).isEqualTo(Arrays.copyOfRange(file, 5_000_000, LENGTH));
    assertThat(get(1, "/seek", "range", "bytes=6000000-6000009").get(30, TimeUnit.SECONDS).body())
        .isEqualTo(Arrays.copyOfRange(file, 6_000_000, 6_000_010));
    assertThat(asked).as("from the slice that the range begins in").hasSize(SLICES - 4);
    assertThat(asked.values()).extracting(AtomicInteger::get).containsOnly(1);
  }

  @Test
  @Order(3)
  void whoReadsGoesOnWhenAllOtherNodesAreGone() throws Exception {
    List<InputStream> bodies = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      bodies.add(
          site.clients()
              .get(0)
              .send(Site.request("/left" + i).build(), HttpResponse.BodyHandlers.ofInputStream())
              .body());
      assertThat(bodies.get(i).readNBytes(SLICE + SLICE / 2))
          .isEqualTo(Arrays.copyOf(file, SLICE + SLICE / 2));
    }
    mesh.node(1).close();
    mesh.node(2).close();
    for (InputStream body : bodies) {
      try (body) {
        assertThat(body.readAllBytes())
            .isEqualTo(Arrays.copyOfRange(file, SLICE + SLICE / 2, LENGTH));
      }
    }
  }
}
