package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What two nodes have is not asked of the origin again when a third one joins. */
class JoiningHomeTest {
  private static final int PAGES = 120;

  /**
   * A share of a third of them twice is moved; where the machine stands still some are asked for.
   */
  private static final int FEW = 20;

  @Test
  void aNodeThatJoinsTakesOverWhatItBecomesTheHomeOf(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin = origin();
        TestMesh mesh = TestMesh.start(directory, 2)) {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("pages")
                  .server(origin.uri())
                  .route("/pages/*")
                  .cache(CachePolicy.DEFAULT)
                  .build());
      try (Site site = Site.of(mesh)) {
        for (int page = 0; page < PAGES; page++) {
          site.get(page % 2, "/pages/" + page, "accept-language", "en");
          site.get(page % 2, "/pages/" + page, "accept-language", "de");
        }
      }
      assertThat(origin.asked).hasValue(2 * PAGES);

      MeshNode third = mesh.add();
      mesh.awaitLinks();
      try (Site site = Site.of(mesh)) {
        for (int page = 0; page < PAGES; page++) {
          assertThat(site.get(2, "/pages/" + page, "accept-language", "en").body())
              .startsWith("en /pages/" + page + " ");
          assertThat(site.get(2, "/pages/" + page, "accept-language", "de").body())
              .startsWith("de /pages/" + page + " ");
        }
        int asked = origin.asked.get();
        assertThat(asked).isLessThan(2 * PAGES + FEW);

        // What was taken over is purged like anything else, and then fetched once.
        TestMesh.purge(third, Purge.of(Purge.Scope.TAG, "pages"));
        for (int page = 0; page < PAGES; page++) {
          for (int node = 0; node < 3; node++) {
            String body = site.get(node, "/pages/" + page, "accept-language", "en").body();
            assertThat(Integer.parseInt(body.substring(body.lastIndexOf(' ') + 1)))
                .isGreaterThan(asked);
          }
        }
        assertThat(origin.asked).hasValue(asked + PAGES);
      }
    }
  }

  private static CountingOrigin origin() throws IOException {
    return new CountingOrigin(
        (exchange, count) -> {
          String language = exchange.getRequestHeaders().getFirst("accept-language");
          CountingOrigin.send(
              exchange,
              language + " " + exchange.getRequestURI().getPath() + " " + count,
              "cache-control",
              "max-age=600",
              "vary",
              "accept-language",
              "cache-tag",
              "pages");
        });
  }
}
