package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
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
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("pages")
                  .server(origin.uri())
                  .route("/*")
                  .cache(CachePolicy.DEFAULT)
                  .build());
      for (int node = 0; node < 3; node++) {
        HttpResponse<byte[]> coded =
            site.clients()
                .get(node)
                .send(
                    Site.request("/page").header("accept-encoding", "gzip, br").build(),
                    HttpResponse.BodyHandlers.ofByteArray());
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

  private static String unzipped(byte[] coded) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(coded))) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
