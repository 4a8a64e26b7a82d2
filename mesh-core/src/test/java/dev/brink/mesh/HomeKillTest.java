package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.cache.CachePolicy;
import dev.brink.mesh.HaltingOrigin.Kind;
import dev.brink.mesh.NodeProcesses.NodeProcess;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.OriginSpec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process of a key's home is killed while it fetches what clients of the other nodes wait for,
 * in the middle of bodies that come in many ways: nobody takes a part for the whole, nobody waits
 * for ever, and who asks again gets all of it.
 */
@Tag("long")
class HomeKillTest {
  private static final int WAITERS = 3;
  private static final String HOME = "p2";

  @Test
  @Timeout(300) // three processes
  void noPartIsTakenForTheWholeWhenAHomeIsKilled(@TempDir Path directory) throws Exception {
    try (var origin = new HaltingOrigin();
        var nodes = new NodeProcesses(directory, Map.of());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      NodeProcess first = nodes.ready("p0");
      NodeProcess second = nodes.ready("p1");
      NodeProcess home = nodes.ready(HOME);
      try (MeshClient mesh = first.connect();
          Site site = Site.of(List.of(first.ingress(), second.ingress()))) {
        mesh.deployments()
            .deploy(
                OriginSpec.builder("files")
                    .server(origin.uri())
                    .maxConnections(1024)
                    .route("/*")
                    .cache(CachePolicy.DEFAULT)
                    .build());
        TestMesh.until(
            () -> mesh.nodes().stream().filter(node -> node.state().equals("live")).count() == 3);
        Map<Kind, String> paths = new EnumMap<>(Kind.class);
        Map<Kind, List<CompletableFuture<byte @Nullable []>>> waiting = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
          Begun begun = fromHome(site, kind);
          paths.put(kind, begun.path);
          List<CompletableFuture<byte @Nullable []>> all = new ArrayList<>();
          all.add(rest(begun.response, threads));
          for (int i = 1; i < WAITERS * 2; i++) {
            // Its head is here, and a part of its body: it is in the midst of it.
            all.add(rest(get(site, i % 2, begun.path), threads));
          }
          waiting.put(kind, all);
        }
        List<String> wholes = new ArrayList<>();
        home.kill();
        origin.goOn();
        for (Kind kind : Kind.values()) {
          int whole = 0;
          var all = Objects.requireNonNull(waiting.get(kind));
          for (CompletableFuture<byte @Nullable []> each : all) {
            byte @Nullable [] got = await(each);
            if (got != null) {
              assertThat(Arrays.equals(got, origin.whole(kind)))
                  .as(kind + ": " + got.length + " bytes taken for the whole")
                  .isTrue();
              whole++;
            }
          }
          wholes.add(kind + " " + whole);
          if (kind == Kind.LENGTH_TAGGED || kind == Kind.SLICED) {
            assertThat(whole).as(kind + ": can be gone on with").isEqualTo(WAITERS * 2);
          }
        }
        System.out.println("of " + WAITERS * 2 + " each came whole: " + wholes);
        for (Kind kind : Kind.values()) {
          String path = Objects.requireNonNull(paths.get(kind));
          for (int node = 0; node < 2; node++) {
            byte @Nullable [] again = await(rest(get(site, node, path), threads));
            assertThat(Arrays.equals(again, origin.whole(kind))).as(kind + ", again").isTrue();
          }
        }
      } finally {
        origin.goOn();
      }
    }
  }

  private record Begun(String path, HttpResponse<InputStream> response) {}

  /** A response that the first node gets from the home, as far as its head. */
  private static Begun fromHome(Site site, Kind kind) throws Exception {
    for (int i = 0; i < 64; i++) {
      String path = kind.folder() + i;
      HttpResponse<InputStream> response = get(site, 0, path);
      if (response.headers().firstValue("brink-node").filter(HOME::equals).isPresent()) {
        return new Begun(path, response);
      }
      response.body().close();
    }
    throw new AssertionError("no key of 64 has its home at " + HOME);
  }

  private static HttpResponse<InputStream> get(Site site, int node, String path)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = Site.request(path);
    if (path.startsWith(Kind.GZIP.folder())
        || path.startsWith(Kind.GZIP_TAGGED.folder())
        || path.startsWith(Kind.TEXT.folder())) {
      request.header("accept-encoding", "gzip");
    }
    return site.clients()
        .get(node)
        .send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
  }

  /** All of a body, decoded; it fails when that breaks off. */
  private static CompletableFuture<byte @Nullable []> rest(
      HttpResponse<InputStream> response, ExecutorService threads) {
    return CompletableFuture.supplyAsync(
        () -> {
          byte[] all;
          try (InputStream body = response.body()) {
            all = body.readAllBytes();
          } catch (IOException e) {
            return null;
          }
          boolean coded =
              response.headers().firstValue("content-encoding").filter("gzip"::equals).isPresent();
          return response.statusCode() == 200 ? coded ? decoded(all) : all : null;
        },
        threads);
  }

  /** What ended well has to be whole in its coding too. */
  private static byte[] decoded(byte[] all) {
    try (var body = new GZIPInputStream(new ByteArrayInputStream(all))) {
      return body.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(all.length + " bytes taken for the whole", e);
    }
  }

  /** What came as a whole; {@code null}: it broke off, as its client saw. */
  private static byte @Nullable [] await(CompletableFuture<byte @Nullable []> each)
      throws Exception {
    return each.get(60, TimeUnit.SECONDS);
  }
}
