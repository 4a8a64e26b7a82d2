package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.PurgeResult;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One cache on three nodes, in front of an origin that counts what it is asked. */
class MeshCacheTest {
  private static final CachePolicy STRICT = CachePolicy.builder().strict(true).build();

  private final CountDownLatch answer = new CountDownLatch(1);

  @Test
  void isOneCacheOnAllNodes(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin = origin();
        CachedSite cached = CachedSite.start(directory, origin, "files", CachePolicy.DEFAULT)) {
      Site site = cached.site();

      TestMesh mesh = cached.mesh();
      aHerdOnAllNodesAsksOnce(origin, site);
      aUrlHasOneHomeHoweverItIsWritten(origin, mesh, site);
      aPurgeIsSeenOnAllNodes(origin, mesh, site);
      anUnsafeRequestIsSeenOnAllNodes(origin, site);
    }
  }

  private void aHerdOnAllNodesAsksOnce(CountingOrigin origin, Site site) throws Exception {
    for (HttpResponse<String> each : herd(origin, site, "/files/a", 30)) {
      assertThat(each.body()).isEqualTo("1");
    }
    assertThat(origin.asked).hasValue(1);
  }

  /** What many are answered who ask at once, at all nodes, while the origin waits. */
  private List<HttpResponse<String>> herd(CountingOrigin origin, Site site, String path, int count)
      throws Exception {
    int before = origin.asked.get();
    List<CompletableFuture<HttpResponse<String>>> asked = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      asked.add(site.getAsync(i % CachedSite.NODES, path));
    }
    TestMesh.until(() -> origin.asked.get() > before);
    answer.countDown();
    List<HttpResponse<String>> answers = new ArrayList<>();
    for (CompletableFuture<HttpResponse<String>> each : asked) {
      answers.add(each.get(30, TimeUnit.SECONDS));
    }
    return answers;
  }

  private void aUrlHasOneHomeHoweverItIsWritten(CountingOrigin origin, TestMesh mesh, Site site)
      throws Exception {
    for (int i = 0; i < 12; i++) {
      site.get(i % 3, "/files/~" + i + "?a=1&b=~");
      for (int node = 0; node < 3; node++) {
        String other = "/files/%7e" + i + "?%62=%7E&utm_source=x&a=1";
        for (String host : List.of("SITE.Example:80", "site.example.")) {
          assertThat(raw(mesh.node(node), other, host)).startsWith("HTTP/1.1 200 ");
        }
      }
    }
    assertThat(origin.asked).hasValue(13);
    origin.asked.set(1);
  }

  /** A response as it comes to a client that writes its {@code Host} as it likes. */
  private static String raw(MeshNode node, String target, String host) throws IOException {
    URI uri = node.ingressUri();
    try (var socket = new Socket(uri.getHost(), uri.getPort())) {
      socket.setSoTimeout(30_000);
      String head =
          "GET " + target + " HTTP/1.1\r\nhost: " + host + "\r\nconnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private void aPurgeIsSeenOnAllNodes(CountingOrigin origin, TestMesh mesh, Site site)
      throws Exception {
    PurgeResult result = TestMesh.purge(mesh.node(1), Purge.of(Purge.Scope.TAG, "files"));
    assertThat(result.nodes()).hasSize(3);
    for (int node = 0; node < 3; node++) {
      HttpResponse<String> fresh = site.get(node, "/files/a");
      assertThat(fresh.body()).isEqualTo("2");
      assertThat(fresh.headers().firstValue("brink-stamp")).isEmpty();
    }
    assertThat(origin.asked).hasValue(2);
  }

  private void anUnsafeRequestIsSeenOnAllNodes(CountingOrigin origin, Site site) throws Exception {
    site.post(2, "/files/a");
    for (int node = 0; node < 3; node++) {
      assertThat(site.get(node, "/files/a").body()).isEqualTo("4");
    }
    assertThat(origin.asked).hasValue(4);
  }

  @Test
  void whatAPostBringsAndAHeadSaysIsForAllNodes(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin = new CountingOrigin(MeshCacheTest::resource);
        CachedSite cached = CachedSite.start(directory, origin, "files", STRICT)) {
      Site site = cached.site();
      // Whichever node is a page's home, each is asked for at all of them.
      for (int page = 0; page < 6; page++) {
        String path = "/files/made" + page;
        String made = site.post(page % 3, path).body();
        assertThat(made).startsWith("POST ");
        for (int node = 1; node <= 3; node++) {
          assertThat(site.get((page + node) % 3, path).body()).isEqualTo(made);
        }
        String again = site.post((page + 1) % 3, path).body();
        for (int node = 1; node <= 3; node++) {
          assertThat(site.get((page + node) % 3, path).body()).isEqualTo(again);
        }
      }
      assertThat(origin.asked).hasValue(12);
      for (int page = 0; page < 6; page++) {
        String path = "/files/known" + page;
        String first = site.get(page % 3, path).headers().firstValue("x-count").orElseThrow();
        HttpRequest head = Site.request(path).HEAD().header("cache-control", "no-cache").build();
        String said = site.send((page + 1) % 3, head).headers().firstValue("x-count").orElseThrow();
        assertThat(said).isNotEqualTo(first);
        assertThat(site.get((page + 2) % 3, path).headers().firstValue("x-count")).hasValue(said);
      }
    }
  }

  private static void resource(HttpExchange exchange, int count) throws IOException {
    exchange.getResponseHeaders().set("cache-control", "max-age=600");
    exchange.getResponseHeaders().set("content-location", exchange.getRequestURI().getPath());
    exchange.getResponseHeaders().set("x-count", "" + count);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(200, -1);
    } else {
      CountingOrigin.send(exchange, exchange.getRequestMethod() + " " + count);
    }
  }

  @Test
  void fieldsForWhoAskedGoToNobodyElseOnAnyNode(@TempDir Path directory) throws Exception {
    try (CountingOrigin origin = reserving();
        CachedSite cached = CachedSite.start(directory, origin, "files", STRICT)) {
      Site site = cached.site();
      for (int page = 0; page < 6; page++) {
        String path = "/files/" + page;
        int asked = origin.asked.get();
        List<String> cookies =
            herd(origin, site, path, 12).stream()
                .flatMap(each -> each.headers().allValues("set-cookie").stream())
                .toList();
        assertThat(cookies).as(path).containsExactly("who=" + (asked + 1));
        for (int node = 0; node < 3; node++) {
          assertThat(site.get(node, path).headers().allValues("set-cookie")).isEmpty();
        }
        assertThat(origin.asked).hasValue(asked + 1);
      }
    }
  }

  private CountingOrigin reserving() throws IOException {
    return new CountingOrigin(
        (exchange, count) -> {
          answer.await();
          CountingOrigin.send(
              exchange,
              "page",
              "cache-control",
              "max-age=600, no-cache=\"set-cookie\"",
              "set-cookie",
              "who=" + count);
        });
  }

  private CountingOrigin origin() throws IOException {
    return new CountingOrigin(
        (exchange, count) -> {
          answer.await();
          exchange.getRequestBody().readAllBytes();
          CountingOrigin.send(
              exchange,
              Integer.toString(count),
              "cache-control",
              "max-age=600",
              "cache-tag",
              "files",
              // What nodes say to each other is not the origin's to say: no purge would hit this.
              "brink-stamp",
              "999999999999999999");
        });
  }
}
