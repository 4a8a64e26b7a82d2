package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.PurgeResult;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Cache API on three real nodes; the function of {@code /cN/} runs on node N. */
class FunctionCachesTest {
  private static final String CACHES =
      """
      export default {
        async fetch(request) {
          const { pathname, searchParams } = new URL(request.url);
          const action = pathname.split('/')[2];
          const host = searchParams.get('host') ?? 'kept.example';
          const key = new Request(`https://${host}/${searchParams.get('key')}?b=2&a=1`, {
            headers: { 'accept-language': searchParams.get('language') ?? 'en' },
          });
          const cache = searchParams.has('cache') ? await caches.open(searchParams.get('cache')) : caches.default;
          try {
            switch (action) {
              case 'put': {
                const headers = JSON.parse(searchParams.get('headers') ?? '{"cache-control":"max-age=60"}');
                const status = Number(searchParams.get('status') ?? 200);
                await cache.put(key, new Response(request.body ?? 'empty', { status, headers }));
                return new Response('put');
              }
              case 'large':
                await cache.put(key, new Response('', { headers: { 'x-large': await request.text() } }));
                return new Response('put');
              case 'broken':
                await cache.put(key, new Response(new ReadableStream({
                  pull(controller) {
                    controller.enqueue(new Uint8Array(10));
                    controller.error(new Error('no luck'));
                  },
                })));
                return new Response('put');
              case 'match': {
                const found = await cache.match(key);
                return found ?? new Response('nothing', { status: 404 });
              }
              case 'delete':
                return Response.json(await cache.delete(key));
            }
          } catch (error) {
            return new Response(`${error.name} ${error.code ?? ''}: ${error.message}`, { status: 500 });
          }
        },
      };
      """;

  @TempDir static Path directory;
  private static final long TELLING_NANOS = 1_000_000_000L;
  private static final AtomicInteger LAST_KEY = new AtomicInteger();
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh =
        TestMesh.start(
            directory, 3, (index, config) -> config.labels(Map.of("number", "" + index)));
    for (int i = 0; i < 3; i++) {
      assertThat(mesh.node(0).deployments().deploy(function("default", i)).complete()).isTrue();
    }
    assertThat(mesh.node(0).deployments().deploy(function("other", 0)).complete()).isTrue();
  }

  private static FunctionSpec function(String tenant, int node) {
    String prefix = tenant.equals("default") ? "/c" : "/" + tenant;
    return FunctionSpec.builder("caches" + node)
        .tenant(tenant)
        .module("main.js", CACHES)
        .route(prefix + node + "/*")
        .placement(
            new FunctionPlacement(
                Hints.builder().pin(NodeSelector.of("number", "" + node)).build(),
                new Affinity.None()))
        .build();
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  private static String key() {
    return "k" + LAST_KEY.incrementAndGet();
  }

  @Test
  void aBodyThatFailsIsNamed() throws Exception {
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> answer = mesh.post(mesh.node(0), "/c1/broken?key=" + key(), new byte[0]);
      assertThat(answer.body())
          .startsWith("Error body-failed: the response's body ended early: ")
          .contains("no luck");
    }
  }

  /** Whether all nodes know: a home waits for a second for those that are slow, not for longer. */
  private static boolean put(int node, String key, String body, String more) throws Exception {
    long began = System.nanoTime();
    HttpResponse<String> answer =
        mesh.post(mesh.node(0), "/c" + node + "/put?key=" + key + more, body.getBytes(UTF_8));
    assertThat(answer.body()).isEqualTo("put");
    return System.nanoTime() - began < TELLING_NANOS;
  }

  /** The same. */
  private static boolean delete(int node, String key, String expected) throws Exception {
    long began = System.nanoTime();
    String path = "/c" + node + "/delete?key=" + key;
    assertThat(mesh.get(mesh.node(0), path).body()).isEqualTo(expected);
    return System.nanoTime() - began < TELLING_NANOS;
  }

  private static HttpResponse<String> match(int node, String key) throws Exception {
    return mesh.get(mesh.node(0), "/c" + node + "/match?key=" + key);
  }

  private static void assertEverywhere(String key, String expected, boolean told) throws Exception {
    for (int node = 0; node < 3; node++) {
      long end = System.nanoTime() + 30_000_000_000L;
      while (!told && !match(node, key).body().equals(expected) && System.nanoTime() - end < 0) {
        Thread.sleep(5);
      }
      for (int time = 0; time < 2; time++) {
        assertThat(match(node, key).body()).as("%s at node %d", key, node).isEqualTo(expected);
      }
    }
  }

  @Test
  void whatIsPutAtAnyNodeIsFoundAtAllUntilItIsDeletedAtAny() throws Exception {
    // Whichever node is a key's home, of six keys some have it elsewhere than where they are put.
    for (int i = 0; i < 6; i++) {
      String key = key();
      assertEverywhere(key, "nothing", true);
      assertEverywhere(key, "one", put(i % 3, key, "one", ""));
      assertEverywhere(key, "two", put((i + 1) % 3, key, "two", ""));
      assertEverywhere(key, "nothing", delete((i + 2) % 3, key, "true"));
      delete((i + 2) % 3, key, "false");
    }
  }

  @Test
  void aHostsLastDotMakesNoOtherKey() throws Exception {
    String key = key();
    assertEverywhere(key, "one", put(0, key, "one", "&host=kept.example."));
    String delete = "/c1/delete?host=KEPT.example.:443&key=" + key;
    assertThat(mesh.get(mesh.node(0), delete).body()).isEqualTo("true");
    assertEverywhere(key, "nothing", false);
  }

  @Test
  void nodesKeepCopies() throws Exception {
    String key = key();
    assertEverywhere(key, "copied", put(0, key, "copied", ""));
    for (int node = 0; node < 3; node++) {
      assertThat(match(node, key).headers().firstValue("cache-status"))
          .hasValueSatisfying(
              status -> assertThat(status.lines().toList().getLast()).contains("brink;hit"));
    }
  }

  @Test
  void cachesAndTenantsAreApart() throws Exception {
    String key = key();
    put(1, key, "ours", "");
    put(1, key, "named", "&cache=other");
    assertThat(match(2, key).body()).isEqualTo("ours");
    assertThat(match(2, key + "&cache=other").body()).isEqualTo("named");
    assertThat(match(2, key + "&cache=third").statusCode()).isEqualTo(404);
    assertThat(mesh.get(mesh.node(0), "/other0/match?key=" + key).statusCode()).isEqualTo(404);
    assertThat(mesh.get(mesh.node(0), "/other0/delete?key=" + key).body()).isEqualTo("false");
    assertThat(match(2, key).body()).isEqualTo("ours");
  }

  @Test
  void largeBodiesStreamThroughTheHome() throws Exception {
    String key = key();
    String large = "0123456789abcdef".repeat(1 << 16);
    put(0, key, large, "");
    assertEverywhere(key, large + "1", put(1, key, large + "1", ""));
  }

  @Test
  void statusHeadersAndVariantsAreKept() throws Exception {
    String key = key();
    put(
        0,
        key + "&language=de",
        "Nein",
        "&status=404&headers="
            + "%7B%22cache-control%22%3A%22max-age%3D60%22%2C%22vary%22%3A%22accept-language%22"
            + "%2C%22x-made%22%3A%22here%22%7D");
    HttpResponse<String> found = match(1, key + "&language=de");
    assertThat(found.statusCode()).isEqualTo(404);
    assertThat(found.body()).isEqualTo("Nein");
    assertThat(found.headers().firstValue("x-made")).hasValue("here");
    assertThat(match(1, key + "&language=de").headers().firstValue("age")).isPresent();
    assertThat(match(2, key + "&language=fr").body()).isEqualTo("nothing");
  }

  @Test
  void aTagsPurgeHitsWhatFunctionsKeep() throws Exception {
    String key = key();
    boolean told =
        put(
            0,
            key,
            "tagged",
            "&headers=%7B%22cache-control%22%3A%22max-age%3D60%22%2C%22cache-tag%22%3A%22news%22%7D");
    assertEverywhere(key, "tagged", told);
    PurgeResult purged =
        TestMesh.purge(mesh.node(1), new Purge(Purge.Scope.TAG, "default", "news", false, 0));
    assertThat(purged.nodes()).hasSize(3);
    assertEverywhere(key, "nothing", true);
  }

  @Test
  void whatMayNotBeKeptIsAnError() throws Exception {
    HttpResponse<String> refused =
        mesh.post(
            mesh.node(0),
            "/c0/put?key=" + key() + "&headers=%7B%22cache-control%22%3A%22no-store%22%7D",
            new byte[1]);
    assertThat(refused.body())
        .isEqualTo("Error not-stored: response: no-store (expected: one that may be stored)");
    String long17k = "x".repeat(17_000);
    HttpResponse<String> large =
        mesh.post(mesh.node(0), "/c0/large?key=" + key(), long17k.getBytes(UTF_8));
    assertThat(large.body())
        .isEqualTo(
            "RangeError : headers of the response: 17047 characters (expected: at most 16384)");
  }

  @Test
  void aReaderNeverSeesAnOlderResponseThanOneItHasSeen() throws Exception {
    String key = key();
    put(0, key, "0", "");
    List<CompletableFuture<Void>> readers = new ArrayList<>();
    var done = new CompletableFuture<Void>();
    var acknowledged = new AtomicInteger();
    for (int node = 0; node < 3; node++) {
      int at = node;
      readers.add(
          CompletableFuture.runAsync(
              () -> {
                int seen = 0;
                while (!done.isDone()) {
                  int least = Math.max(seen, acknowledged.get());
                  try {
                    String body = match(at, key).body();
                    assertThat(body).isNotEqualTo("nothing");
                    seen = Integer.parseInt(body);
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                  assertThat(seen).as("at node %d", at).isGreaterThanOrEqualTo(least);
                }
              }));
    }
    try {
      for (int i = 1; i <= 60; i++) {
        if (put(i % 3, key, "" + i, "")) {
          acknowledged.set(i);
        }
      }
    } finally {
      done.complete(null);
    }
    CompletableFuture.allOf(readers.toArray(CompletableFuture<?>[]::new)).join();
  }
}
