package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.brink.cache.CachePolicy;
import dev.brink.exec.zip.ByteCodec;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.DataFormatException;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A page that three nodes keep in gzip, each client being served as it asks. */
class CompressedSiteTest {
  private static final String PAGE = "<p>The same words over and over.</p>\n".repeat(500);

  @Test
  void aPageIsFetchedOnceForAllCodingsOnAllNodes(@TempDir Path directory) throws Exception {
    try (var origin =
            new CountingOrigin(
                (exchange, count) ->
                    CountingOrigin.send(
                        exchange,
                        PAGE,
                        "cache-control",
                        "max-age=600",
                        "content-type",
                        "text/html",
                        "etag",
                        "\"p1\"",
                        "vary",
                        "accept-encoding"));
        TestMesh mesh = TestMesh.start(directory, 3);
        Site site = Site.of(mesh)) {
      deploy(mesh, origin);
      for (int node = 0; node < 3; node++) {
        HttpResponse<byte[]> coded = get(site, node, "gzip, br");
        assertThat(coded.headers().firstValue("content-encoding")).contains("gzip");
        assertThat(coded.headers().firstValue("etag")).contains("W/\"p1\"");
        assertThat(unzipped(coded.body())).isEqualTo(PAGE);
        HttpResponse<String> plain = site.get(node, "/page");
        assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
        assertThat(plain.headers().allValues("vary")).containsExactly("accept-encoding");
        assertThat(plain.body()).isEqualTo(PAGE);
      }
      assertThat(origin.asked).hasValue(1);
    }
  }

  /** The bytes in "brotli" are none, as nobody on the way decodes them. */
  @Test
  void whatAnOriginHasInBrotliAndGzipIsFetchedOnceOfEachForAllNodes(@TempDir Path directory)
      throws Exception {
    List<String> offered = new CopyOnWriteArrayList<>();
    try (var origin =
            new CountingOrigin(
                (exchange, count) -> {
                  String takes = exchange.getRequestHeaders().getFirst("accept-encoding");
                  offered.add(String.valueOf(takes));
                  boolean brotli = takes != null && takes.contains("br");
                  CountingOrigin.send(
                      exchange,
                      brotli ? "in brotli" : PAGE,
                      "cache-control",
                      "max-age=600",
                      "content-type",
                      "text/html",
                      brotli ? "content-encoding" : "x-plain",
                      brotli ? "br" : "yes",
                      "vary",
                      "accept-encoding");
                });
        TestMesh mesh = TestMesh.start(directory, 3);
        Site site = Site.of(mesh)) {
      deploy(mesh, origin);
      for (int round = 0; round < 2; round++) {
        for (int node = 0; node < 3; node++) {
          HttpResponse<byte[]> brotli = get(site, node, "gzip, deflate, br");
          assertThat(brotli.headers().firstValue("content-encoding")).contains("br");
          assertThat(new String(brotli.body(), UTF_8)).isEqualTo("in brotli");
          HttpResponse<byte[]> coded = get(site, node, "gzip");
          assertThat(coded.headers().firstValue("content-encoding")).contains("gzip");
          assertThat(unzipped(coded.body())).isEqualTo(PAGE);
          assertThat(site.get(node, "/page").body()).isEqualTo(PAGE);
        }
      }
      assertThat(offered).containsExactly("br, gzip", "gzip");
    }
  }

  /** Where the system has no Brotli nothing is said; the machines that test this have it. */
  @Test
  void aPageThatIsAskedForOftenIsThereInBrotli(@TempDir Path directory) throws Exception {
    String page = words();
    try (var origin =
            new CountingOrigin(
                (exchange, count) ->
                    CountingOrigin.send(
                        exchange,
                        page,
                        "cache-control",
                        "max-age=600",
                        "content-type",
                        "text/html"));
        TestMesh mesh = TestMesh.start(directory, 2);
        Site site = Site.of(mesh)) {
      assumeThat(ByteCodec.has("brotli")).isTrue();
      deploy(mesh, origin);
      for (int node = 0; node < 2; node++) {
        byte[] gzip = get(site, node, "gzip").body();
        assertThat(unzipped(gzip)).isEqualTo(page);
        byte[] brotli = awaitBrotli(site, node);
        assertThat(brotli.length).isLessThan(gzip.length * 19 / 20);
        assertThat(decoded(brotli)).isEqualTo(page);
        assertThat(unzipped(get(site, node, "gzip").body())).isEqualTo(page);
        assertThat(site.get(node, "/page").body()).isEqualTo(page);
      }
      assertThat(origin.asked).hasValue(1);
    }
  }

  /** Asks until the answer is in Brotli. */
  private static byte[] awaitBrotli(Site site, int node) throws Exception {
    long end = System.nanoTime() + 30_000_000_000L;
    while (true) {
      HttpResponse<byte[]> answer = get(site, node, "gzip, br");
      if (answer.headers().firstValue("content-encoding").orElse("").equals("br")) {
        return answer.body();
      }
      assertThat(System.nanoTime() - end).as("time for Brotli").isNegative();
    }
  }

  private static String words() {
    var random = new Random(1);
    var page = new StringBuilder();
    while (page.length() < 40_000) {
      page.append("<li>").append(Long.toString(random.nextLong(), 36)).append("</li>\n");
    }
    return page.toString();
  }

  private static String decoded(byte[] brotli) throws DataFormatException {
    var text = new ByteArrayOutputStream();
    try (ByteCodec codec = ByteCodec.of("brotli", false)) {
      codec.feed(brotli);
      for (byte[] next = codec.next(); next != null; next = codec.next()) {
        text.writeBytes(next);
      }
    }
    return text.toString(UTF_8);
  }

  private static void deploy(TestMesh mesh, CountingOrigin origin) {
    mesh.node(0)
        .deployments()
        .deploy(
            OriginSpec.builder("pages")
                .server(origin.uri())
                .route("/*")
                .cache(CachePolicy.DEFAULT)
                .build());
  }

  private static HttpResponse<byte[]> get(Site site, int node, String takes) throws Exception {
    return site.clients()
        .get(node)
        .send(
            Site.request("/page").header("accept-encoding", takes).build(),
            HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String unzipped(byte[] coded) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(coded))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
