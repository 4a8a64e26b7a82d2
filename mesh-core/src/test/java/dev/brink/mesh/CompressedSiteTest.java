package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
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
