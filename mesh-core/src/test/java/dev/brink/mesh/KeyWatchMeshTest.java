package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.client.RemoteKeys;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.KeyValueBinding;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watches of functions, over real HTTP on two nodes. */
class KeyWatchMeshTest {
  private static final Pattern OPEN = Pattern.compile("(?m)^brink_kv_watches (\\d+)");

  /** Streams what changes, a line each, until a key of the name "last". */
  private static final String WATCHER =
      """
      export default {
        fetch(request, env, ctx) {
          const prefix = new URL(request.url).searchParams.get('prefix');
          const { readable, writable } = new TransformStream();
          const writer = writable.getWriter();
          const say = (text) => writer.write(new TextEncoder().encode(text + '\\n'));
          ctx.waitUntil((async () => {
            const watch = env.STORE.watch({ prefix, signal: request.signal });
            await watch.ready;
            await say('ready');
            for await (const { type, key, version } of watch) {
              await say(`${type} ${key} ${typeof version}`);
              if (key === prefix + 'last') break;
            }
            await writer.close();
          })());
          return new Response(readable);
        }
      };
      """;

  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh = TestMesh.start(directory, 2);
    FunctionSpec watcher =
        FunctionSpec.builder("watcher")
            .module("main.js", WATCHER)
            .route("/watch")
            .kv("STORE", KeyValueBinding.of("watched"))
            .build();
    assertThat(mesh.node(0).deployments().deploy(watcher).complete()).isTrue();
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  @Test
  void whatIsWrittenAtAnyNodeIsTold() throws Exception {
    try (BufferedReader lines = watch(0, "a-");
        MeshClient here = client(0);
        MeshClient there = client(1)) {
      assertThat(lines.readLine()).isEqualTo("ready");
      RemoteKeys first = here.keys("default", "watched", false);
      RemoteKeys second = there.keys("default", "watched", false);
      there.keys("other", "watched", false).put("a-of-another-tenant", bytes());
      second.put("b", bytes());
      second.put("a-1", bytes());
      assertThat(lines.readLine()).isEqualTo("put a-1 string");
      first.put("a-2", bytes());
      assertThat(lines.readLine()).isEqualTo("put a-2 string");
      second.delete("a-1");
      assertThat(lines.readLine()).isEqualTo("delete a-1 object");
      assertThat(open()).isEqualTo(1);
      second.put("a-last", bytes());
      assertThat(lines.readLine()).isEqualTo("put a-last string");
      assertThat(lines.readLine()).isNull();
      TestMesh.until(() -> open() == 0);
    }
  }

  @Test
  void aClientThatLeavesEndsIt() throws Exception {
    try (BufferedReader lines = watch(1, "c-")) {
      assertThat(lines.readLine()).isEqualTo("ready");
      assertThat(open()).isEqualTo(1);
    }
    TestMesh.until(() -> open() == 0);
  }

  private static byte[] bytes() {
    return "v".getBytes(UTF_8);
  }

  private static MeshClient client(int node) {
    return MeshClient.connect(mesh.node(node).adminUri(), mesh.node(node).adminToken());
  }

  private static BufferedReader watch(int node, String prefix) throws Exception {
    return new BufferedReader(
        new InputStreamReader(
            mesh.client()
                .send(
                    HttpRequest.newBuilder(TestMesh.uri(mesh.node(node), "/watch?prefix=" + prefix))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                    HttpResponse.BodyHandlers.ofInputStream())
                .body(),
            UTF_8));
  }

  /** How many watches there are on all nodes. */
  private static int open() {
    int sum = 0;
    for (MeshNode node : mesh.nodes()) {
      try {
        String metrics =
            mesh.client()
                .send(
                    HttpRequest.newBuilder(URI.create(node.adminUri() + "/metrics"))
                        .header("authorization", "Bearer " + node.adminToken())
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .body();
        Matcher found = OPEN.matcher(metrics);
        assertThat(found.find()).isTrue();
        sum += Integer.parseInt(found.group(1));
      } catch (IOException | InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    return sum;
  }
}
