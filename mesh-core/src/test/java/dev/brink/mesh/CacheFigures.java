package dev.brink.mesh;

import com.sun.net.httpserver.HttpExchange;
import dev.brink.cache.CachePolicy;
import dev.brink.cache.Purge;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.deploy.PurgeResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints how the cache of three nodes does with herds of 3 × 50 clients in front of an origin that
 * takes 800 ms, what a hit in another node's memory costs beside one in its own, and how long a
 * purge of 10,000 objects takes.
 */
final class CacheFigures {
  private static final int NODES = 3;
  private static final int CLIENTS = 150;

  /** Herds before the first that is measured: what is measured is no JVM in its first seconds. */
  private static final int WARM_UP = 20;

  private static final long ORIGIN_MILLIS = 800;
  private static final int OBJECTS = 10_000;
  private static final int AT_ONCE = 64;
  private static final int PAGES = 3_000;

  private final CountingOrigin origin = new CountingOrigin(CacheFigures::answer);

  private CacheFigures() throws IOException {}

  /**
   * Takes about a minute.
   *
   * @param args the size of each node's disk, such as {@code 256m}; none: memory only
   */
  public static void main(String[] args) throws Exception {
    new CacheFigures().run(args.length == 0 ? "0" : args[0]);
    System.exit(0);
  }

  private void run(String disk) throws Exception {
    Path directory = Files.createTempDirectory("brink-cache-figures");
    try (origin;
        TestMesh mesh =
            TestMesh.start(directory, NODES, (index, config) -> config.set("cache.disk", disk));
        Site site = Site.of(mesh)) {
      mesh.node(0)
          .deployments()
          .deploy(
              OriginSpec.builder("files")
                  .server(origin.uri())
                  .maxConnections(1024)
                  .route("/*")
                  .cache(CachePolicy.builder().unshared(List.of("/slow/own/*")).build())
                  .build());
      for (int i = 0; i < WARM_UP; i++) {
        herd(site, "/warm-up/" + i + "/shared");
        herd(site, "/warm-up/" + i + "/unshared");
        herd(site, "/warm-up/" + i + "/unshared");
      }
      for (int i = 0; i < 5; i++) {
        print("cacheable, cold", herd(site, "/slow/shared" + i));
      }
      print("uncacheable, the first time", herd(site, "/slow/unshared"));
      for (int i = 0; i < 3; i++) {
        print("uncacheable, then", herd(site, "/slow/unshared"));
      }
      print("declared unshared, the first time", herd(site, "/slow/own/unshared"));
      learnt(site);
      anothersMemory(site);
      ends(site);
      purge(mesh, site);
    } finally {
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private static void answer(HttpExchange exchange, int count)
      throws IOException, InterruptedException {
    String path = exchange.getRequestURI().getPath();
    if (path.startsWith("/slow/")) {
      TimeUnit.MILLISECONDS.sleep(ORIGIN_MILLIS);
    } else if (path.startsWith("/short/")) {
      TimeUnit.MILLISECONDS.sleep(ORIGIN_MILLIS / 4);
    }
    CountingOrigin.send(
        exchange,
        "x".repeat(1024),
        "cache-control",
        path.contains("unshared")
            ? "no-store"
            : path.startsWith("/short/") ? "max-age=4" : "max-age=600",
        "cache-tag",
        "all-of-it");
  }

  /** Milliseconds of each client, ascending. */
  private double[] herd(Site site, String path) {
    origin.asked.set(0);
    long begun = System.nanoTime();
    List<CompletableFuture<Double>> all = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      all.add(
          site.getAsync(i % NODES, path).thenApply(response -> (System.nanoTime() - begun) / 1e6));
    }
    return all.stream().mapToDouble(CompletableFuture::join).sorted().toArray();
  }

  private void print(String what, double[] millis) {
    System.out.printf(
        Locale.ROOT,
        "%s: %d clients, %d origin requests, p50 %.0f ms, p99 %.0f ms, last %.0f ms%n",
        what,
        millis.length,
        origin.asked.get(),
        millis[millis.length / 2],
        millis[millis.length * 99 / 100],
        millis[millis.length - 1]);
  }

  /** Three single requests to one node, then a herd at all of them for what is new to all. */
  private void learnt(Site site) throws Exception {
    for (int i = 0; i < 3; i++) {
      site.get(0, "/slow/cart/unshared" + i);
    }
    TimeUnit.MILLISECONDS.sleep(ORIGIN_MILLIS);
    print("in a folder that one node was asked for", herd(site, "/slow/cart/unshared"));
  }

  /** One client asks one node for pages that others have, then for the same ones again. */
  private void anothersMemory(Site site) throws Exception {
    for (String round : List.of("warm-up", "measured")) {
      for (int node = 1; node < NODES; node++) {
        for (int i = 0; i < PAGES; i++) {
          site.get(node, "/pages/" + round + i);
        }
      }
      origin.asked.set(0);
      double[] others = each(site, "/pages/" + round);
      double[] own = each(site, "/pages/" + round);
      if (round.equals("measured")) {
        System.out.printf(
            Locale.ROOT,
            "hit at another node: p50 %.0f us, in its own memory: p50 %.0f us, origin requests:"
                + " %d%n",
            others[PAGES / 2],
            own[PAGES / 2],
            origin.asked.get());
      }
    }
  }

  /** Microseconds of each page at the first node, ascending. */
  private static double[] each(Site site, String prefix) throws Exception {
    double[] micros = new double[PAGES];
    for (int i = 0; i < PAGES; i++) {
      long begun = System.nanoTime();
      site.get(0, prefix + i);
      micros[i] = (System.nanoTime() - begun) / 1e3;
    }
    Arrays.sort(micros);
    return micros;
  }

  /** All nodes are asked 100 times a second for what is fresh for 4 s, over five lives of it. */
  private void ends(Site site) throws Exception {
    site.get(0, "/short/page");
    origin.asked.set(0);
    List<CompletableFuture<Double>> all = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      for (int node = 0; node < NODES; node++) {
        long begun = System.nanoTime();
        all.add(
            site.getAsync(node, "/short/page")
                .thenApply(response -> (System.nanoTime() - begun) / 1e6));
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
    double[] millis = all.stream().mapToDouble(CompletableFuture::join).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "fresh for 4 s, asked for all the time: %d of %d waited for more than 100 ms, %d origin"
            + " requests%n",
        Arrays.stream(millis).filter(each -> each > 100).count(),
        millis.length,
        origin.asked.get());
  }

  private void purge(TestMesh mesh, Site site) throws Exception {
    var free = new Semaphore(AT_ONCE);
    for (int node = 0; node < NODES; node++) {
      for (int i = 0; i < OBJECTS; i++) {
        free.acquire();
        var _ = site.getAsync(node, "/many/" + i).whenComplete((done, failed) -> free.release());
      }
    }
    free.acquire(AT_ONCE);
    origin.asked.set(0);
    int hits = sample(site);
    for (int i = 0; i < 3; i++) {
      PurgeResult result = mesh.node(i).mesh().purge(Purge.of(Purge.Scope.TAG, "all-of-it"));
      System.out.printf(
          Locale.ROOT,
          "purge of %d: %.2f ms, %s%n",
          OBJECTS,
          result.millis(),
          result.nodes().stream()
              .map(node -> String.format(Locale.ROOT, "%s %.2f", node.node(), node.millis()))
              .collect(Collectors.joining(", ")));
    }
    System.out.println("sampled hits before: " + hits + ", after: " + sample(site));
  }

  /** Hits among 300 objects asked of all nodes. */
  private static int sample(Site site) throws Exception {
    int hits = 0;
    for (int i = 0; i < 100; i++) {
      for (int node = 0; node < NODES; node++) {
        HttpResponse<String> response = site.get(node, "/many/" + (i * 97 % OBJECTS + node * 3));
        String[] status = response.headers().firstValue("cache-status").orElse("").split(";", -1);
        hits += Arrays.asList(status).contains("hit") ? 1 : 0;
      }
    }
    return hits;
  }
}
