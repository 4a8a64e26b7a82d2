package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.PurgeResult;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What is popular through two of three nodes, and what the third one then has. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CopiesAheadTest {
  private static final int PAGES = 12;
  private static final int ROUNDS = 10;
  private static final int THIRD = 2;

  private final AtomicInteger version = new AtomicInteger(1);
  private CountingOrigin origin;
  private TestMesh mesh;
  private Site site;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    origin =
        new CountingOrigin(
            (exchange, count) -> {
              String path = exchange.getRequestURI().getPath();
              CountingOrigin.send(
                  exchange,
                  path + " " + version.get(),
                  "cache-control",
                  path.startsWith("/private/") ? "private, max-age=600" : "max-age=600",
                  "cache-tag",
                  "pages");
            });
    mesh = TestMesh.start(directory, 3);
    site = Site.of(mesh);
    deploy(mesh);
    makeKnown(site);
  }

  /** Each of the nodes is then known to have clients of this site. */
  private static void makeKnown(Site site) throws Exception {
    for (int node = 0; node < 3; node++) {
      site.get(node, "/index");
    }
  }

  private void deploy(TestMesh to) {
    to.node(0)
        .deployments()
        .deploy(
            OriginSpec.builder("pages")
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

  /**
   * Asks the first two nodes for all pages of a folder.
   *
   * @return how many of them have their home at one of the two
   */
  private static int askTheFirstTwo(Site site, String folder) throws Exception {
    int there = 0;
    for (int i = 0; i < PAGES; i++) {
      for (int node = 0; node < THIRD; node++) {
        HttpResponse<String> response = site.get(node, folder + i);
        assertThat(response.statusCode()).isEqualTo(200);
        // Whoever fetched it says so once.
        there += node == 0 && !header(response, "brink-node").equals("n2") ? 1 : 0;
      }
    }
    return there;
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /** What nodes have counted, all together. */
  private static long counted(TestMesh mesh, List<MeshNode> nodes, String name) {
    long sum = 0;
    for (MeshNode node : nodes) {
      HttpRequest request =
          HttpRequest.newBuilder(node.adminUri().resolve("/metrics"))
              .header("authorization", "Bearer " + node.adminToken())
              .build();
      String text =
          mesh.client().sendAsync(request, HttpResponse.BodyHandlers.ofString()).join().body();
      Matcher found = Pattern.compile("(?m)^" + name + " ([0-9.E]+)$").matcher(text);
      assertThat(found.find()).as(name).isTrue();
      sum += (long) Double.parseDouble(found.group(1));
    }
    return sum;
  }

  private long offered() {
    return counted(mesh, mesh.nodes(), "brink_cache_copies_offered_total");
  }

  private long third(String name) {
    return third(mesh, name);
  }

  private static long third(TestMesh mesh, String name) {
    return counted(mesh, List.of(mesh.node(THIRD)), "brink_cache_copies_" + name + "_total");
  }

  @Test
  void whatIsPopularElsewhereIsThereAtTheFirstRequest() throws Exception {
    long before = third("taken");
    long usedBefore = third("used");
    int copied = askTheFirstTwo(site, "/popular/");
    TestMesh.until(() -> third("taken") == before + copied);
    int asked = origin.asked.get();
    for (int i = 0; i < PAGES; i++) {
      HttpResponse<String> response = site.get(THIRD, "/popular/" + i);
      assertThat(response.body()).startsWith("/popular/" + i + " ");
      assertThat(header(response, "cache-status")).startsWith("brink;hit");
      assertThat(header(response, "brink-node")).isEqualTo("n2");
      site.get(THIRD, "/popular/" + i);
    }
    assertThat(origin.asked).hasValue(asked);
    assertThat(third("used")).as("once each").isEqualTo(usedBefore + copied);
  }

  /**
   * Whether an offer, or what was taken of it, is on its way when the purge comes or was before. In
   * a mesh of its own: what is still on its way at the end is not for the others to count.
   */
  @Test
  void aPurgeAfterAnOfferIsNeverUndone(@TempDir Path directory) throws Exception {
    try (TestMesh own = TestMesh.start(directory, 3);
        Site same = Site.of(own)) {
      deploy(own);
      makeKnown(same);
      for (int round = 0; round < ROUNDS; round++) {
        String folder = "/purged/" + round + "/";
        long before = third(own, "taken");
        int copied = askTheFirstTwo(same, folder);
        if (round % 2 == 0) {
          TestMesh.until(() -> third(own, "taken") >= before + copied);
        }
        String latest = Integer.toString(version.incrementAndGet());
        PurgeResult purged =
            TestMesh.purge(own.node(round % 3), Purge.of(Purge.Scope.TAG, "pages"));
        assertThat(purged.nodes()).hasSize(3);
        for (int i = 0; i < PAGES; i++) {
          assertThat(same.get(THIRD, folder + i).body()).isEqualTo(folder + i + " " + latest);
        }
      }
    }
  }

  @Test
  void whatIsPrivateOrTellsWhoIsAskingIsNotOffered() throws Exception {
    final long before = offered();
    askTheFirstTwo(site, "/private/");
    for (int i = 0; i < PAGES; i++) {
      for (int node = 0; node < THIRD; node++) {
        site.get(node, "/known/" + i, "cookie", "who=me");
        site.get(node, "/known/" + i, "authorization", "Bearer me");
      }
    }
    // What comes later is offered, so what came before would have been.
    int copied = askTheFirstTwo(site, "/public/");
    TestMesh.until(() -> offered() >= before + copied);
    assertThat(offered()).isEqualTo(before + copied);
    for (int i = 0; i < PAGES; i++) {
      assertThat(header(site.get(THIRD, "/private/" + i), "cache-status")).contains("fwd=");
    }
  }

  @Test
  void withoutThemNothingIsOfferedOrTaken(@TempDir Path directory) throws Exception {
    try (TestMesh off =
            TestMesh.start(
                directory, 3, (index, config) -> config.set("cache.copies-ahead", "false"));
        Site same = Site.of(off)) {
      deploy(off);
      same.get(THIRD, "/index");
      askTheFirstTwo(same, "/off/");
      assertThat(counted(off, off.nodes(), "brink_cache_copies_offered_total")).isZero();
      assertThat(counted(off, off.nodes(), "brink_cache_copies_taken_total")).isZero();
    }
  }
}
