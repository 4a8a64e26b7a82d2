package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.OriginSpec;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files far larger than what a node may keep of them, in memory and on disk. */
class HugeFileTest {
  private static final long MIB = 1 << 20;
  private static final int PIECE = 64 * 1024;

  @TempDir private Path directory;

  @Test
  void aFileOfManyTimesItsCachePassesInBoundedMemory() throws Exception {
    pass(256 * MIB);
  }

  @Test
  @Tag("long")
  void tenGibPassInBoundedMemory() throws Exception {
    pass(10L << 30);
  }

  private void pass(long length) throws Exception {
    try (CountingOrigin origin = new CountingOrigin((exchange, count) -> answer(exchange, length));
        TestMesh mesh =
            TestMesh.start(
                directory,
                1,
                (index, config) -> config.set("cache.memory", "32m").set("cache.disk", "64m"))) {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("files")
                  .server(origin.uri())
                  .route("/*")
                  .cache(CachePolicy.DEFAULT)
                  .build());
      try (Site site = Site.of(mesh)) {
        long before = directBytes();
        read(site, before, 0, length);
        assertThat(origin.asked.get()).as("requests").isLessThan((int) (length / MIB) + 8);
        read(site, before, length / 2 + 12_345, length - 54_321, "range");
      }
      try (Stream<Path> files = Files.walk(directory)) {
        assertThat(files.filter(file -> file.toString().endsWith(".data")).mapToLong(this::size))
            .as("files of the cache")
            .isNotEmpty()
            .satisfies(
                sizes -> assertThat(sizes.stream().mapToLong(s -> s).sum() / MIB).isLessThan(80));
      }
    }
  }

  private long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException _) {
      return 0;
    }
  }

  /** Checks each byte, and every now and then how much memory outside the heap is in use. */
  private static void read(Site site, long before, long first, long end, String... ranged)
      throws Exception {
    HttpRequest.Builder request = Site.request("/huge");
    if (ranged.length > 0) {
      request.header("range", "bytes=" + first + "-" + (end - 1));
    }
    HttpResponse<InputStream> response =
        site.clients().get(0).send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.statusCode()).isEqualTo(ranged.length > 0 ? 206 : 200);
    long at = first;
    long most = 0;
    try (InputStream body = response.body()) {
      byte[] bytes = new byte[PIECE];
      for (int n = body.read(bytes); n >= 0; n = body.read(bytes)) {
        for (int i = 0; i < n; i++) {
          if (bytes[i] != byteAt(at + i)) {
            throw new AssertionError("byte " + (at + i));
          }
        }
        if (at >> 23 != (at + n) >> 23) {
          most = Math.max(most, directBytes() - before);
        }
        at += n;
      }
    }
    assertThat(at).isEqualTo(end);
    assertThat(most / MIB).as("MiB outside the heap").isLessThan(192);
  }

  private static long directBytes() {
    long pools =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return pools + Math.max(0, PlatformDependent.usedDirectMemory());
  }

  private static byte byteAt(long offset) {
    return (byte) (offset * 31 + (offset >> 13));
  }

  private static void answer(HttpExchange exchange, long length) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("range");
    long first = 0;
    long last = length - 1;
    if (range != null) {
      String[] ends = range.substring("bytes=".length()).split("-", -1);
      first = Long.parseLong(ends[0]);
      last = ends[1].isEmpty() ? last : Math.min(last, Long.parseLong(ends[1]));
      exchange
          .getResponseHeaders()
          .set("content-range", "bytes " + first + "-" + last + "/" + length);
    }
    exchange.getResponseHeaders().set("cache-control", "max-age=600");
    exchange.getResponseHeaders().set("etag", "\"v1\"");
    exchange.getResponseHeaders().set("accept-ranges", "bytes");
    exchange.sendResponseHeaders(range == null ? 200 : 206, last - first + 1);
    OutputStream out = exchange.getResponseBody();
    byte[] piece = new byte[PIECE];
    for (long at = first; at <= last; at += PIECE) {
      int n = (int) Math.min(PIECE, last + 1 - at);
      for (int i = 0; i < n; i++) {
        piece[i] = byteAt(at + i);
      }
      out.write(piece, 0, n);
    }
  }
}
