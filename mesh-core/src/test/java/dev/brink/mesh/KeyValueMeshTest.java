package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.cli.KvCommands;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.client.RemoteKeys;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.KeyValueBinding;
import dev.brink.mesh.proto.KvKeys;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Namespaces over real HTTP on three nodes: from functions, the admin API and the command line. */
class KeyValueMeshTest {
  private static final String STORE =
      """
      export default {
        async fetch(request, env) {
          const url = new URL(request.url);
          const key = url.searchParams.get('key');
          switch (url.pathname) {
            case '/kv/put':
              await env.STORE.put(key, request.body ?? '', { metadata: { by: 'put' } });
              return new Response('stored');
            case '/kv/get': {
              const { value, metadata } = await env.STORE.getWithMetadata(key, 'stream');
              return new Response(value, { status: value === null ? 404 : 200,
                headers: { 'x-metadata': JSON.stringify(metadata) } });
            }
            case '/kv/ttl':
              await env.STORE.put(key, 'soon gone', { expirationTtlMs: 1 });
              return Response.json(await env.STORE.get(key));
            case '/kv/count':
              return Response.json(await env.STORE.increment(key));
            case '/kv/cas': {
              const { version } = await env.STORE.getWithMetadata(key);
              const first = await env.STORE.cas(key, version, '1');
              const second = await env.STORE.cas(key, version, '2');
              return Response.json([first !== null, second, await env.STORE.get(key)]);
            }
            case '/kv/atomic': {
              const done = await env.STORE.atomic([
                { check: 'x', version: null }, { put: 'x', value: 'X' }, { increment: 'y', by: 2 },
              ]);
              return Response.json([done.committed, await env.STORE.get('x'), await env.STORE.get('y')]);
            }
            case '/kv/list':
              return Response.json(await env.STORE.list({ prefix: key, limit: 2,
                cursor: url.searchParams.get('cursor') }));
            case '/kv/wrong': {
              const errors = [];
              for (const call of [() => env.STORE.get('x'.repeat(600)), () => env.STORE.put('k', 'v', { metadata: 'm'.repeat(2000) }),
                  () => env.STORE.cas('k', 'nonsense', 'v'), () => env.STORE.put('n', 'text').then(() => env.STORE.increment('n'))]) {
                try { await call(); errors.push('none'); } catch (e) { errors.push(`${e.constructor.name}: ${e.message}`); }
              }
              return Response.json(errors);
            }
          }
        }
      };
      """;

  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh = TestMesh.start(directory, 3);
    FunctionSpec store =
        FunctionSpec.builder("store")
            .module("main.js", STORE)
            .route("/kv/*")
            .kv("STORE", KeyValueBinding.of("things"))
            .build();
    assertThat(mesh.node(0).deployments().deploy(store).complete()).isTrue();
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  private static String get(int node, String path) throws Exception {
    return mesh.get(mesh.node(node), path).body();
  }

  @Test
  void whatAFunctionPutsAtOneNodeItGetsAtAnother() throws Exception {
    byte[] large = new byte[700_000];
    Arrays.fill(large, (byte) 'x');
    assertThat(mesh.post(mesh.node(0), "/kv/put?key=large", large).body()).isEqualTo("stored");
    assertThat(mesh.post(mesh.node(1), "/kv/put?key=small", "väl".getBytes(UTF_8)).body())
        .isEqualTo("stored");
    for (MeshNode node : mesh.nodes()) {
      HttpResponse<String> small = mesh.get(node, "/kv/get?key=small");
      assertThat(small.body()).isEqualTo("väl");
      assertThat(small.headers().firstValue("x-metadata")).contains("{\"by\":\"put\"}");
      assertThat(mesh.get(node, "/kv/get?key=large").body()).isEqualTo(new String(large, UTF_8));
      assertThat(mesh.get(node, "/kv/get?key=none").statusCode()).isEqualTo(404);
    }
    assertThat(
            mesh.node(2)
                .deployments()
                .invoke("default", "store", InvokeRequest.get("/kv/get?key=small"))
                .text())
        .isEqualTo("väl");
  }

  @Test
  void theExtrasWork() throws Exception {
    assertThat(get(0, "/kv/ttl?key=ttl")).isIn("null", "\"soon gone\"");
    TestMesh.until(
        () -> {
          try {
            return mesh.get(mesh.node(1), "/kv/get?key=ttl").statusCode() == 404;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    for (int i = 1; i <= 6; i++) {
      assertThat(get(i % 3, "/kv/count?key=n")).isEqualTo(Integer.toString(i));
    }
    assertThat(get(1, "/kv/cas?key=cas")).isEqualTo("[true,null,\"1\"]");
    assertThat(get(2, "/kv/atomic")).isEqualTo("[true,\"X\",\"2\"]");
    assertThat(get(0, "/kv/atomic")).isEqualTo("[false,\"X\",\"2\"]");
  }

  @Test
  void keysAreListedByPage() throws Exception {
    for (int i = 0; i < 3; i++) {
      mesh.post(mesh.node(i), "/kv/put?key=list-" + i, new byte[0]);
    }
    String first = get(0, "/kv/list?key=list-");
    assertThat(first)
        .contains("\"name\":\"list-0\"", "\"name\":\"list-1\"", "\"metadata\":{\"by\":\"put\"}")
        .contains("\"list_complete\":false");
    String cursor = first.replaceAll(".*\"cursor\":\"([^\"]+)\".*", "$1");
    assertThat(get(1, "/kv/list?key=list-&cursor=" + cursor))
        .contains("\"name\":\"list-2\"", "\"list_complete\":true")
        .doesNotContain("list-1");
  }

  @Test
  void errorsNameNothingOfTheHost() throws Exception {
    assertThat(get(0, "/kv/wrong"))
        .contains("TypeError: key: 600 bytes (expected: 1 to 512 of UTF-8)")
        .contains("TypeError: metadata: 2002 bytes (expected: at most 1024)")
        .contains("TypeError: version: nonsense (expected: one that was given out)")
        .contains("TypeError: counter: ")
        .doesNotContain("dev.brink", "java", "ignite", "none");
  }

  @Test
  void tenantsHaveNamespacesOfTheirOwn() throws Exception {
    FunctionSpec other =
        FunctionSpec.builder("store")
            .tenant("other")
            .module("main.js", STORE.replace("/kv/", "/other/"))
            .route("/other/*")
            .kv("STORE", KeyValueBinding.of("things"))
            .build();
    mesh.node(1).deployments().deploy(other);
    mesh.post(mesh.node(0), "/kv/put?key=mine", "1".getBytes(UTF_8));
    assertThat(mesh.get(mesh.node(0), "/other/get?key=mine").statusCode()).isEqualTo(404);
  }

  @Test
  void aDeploymentThatCannotBeIsRefused() {
    FunctionSpec.Builder spec =
        FunctionSpec.builder("bad").module("main.js", "export default { fetch() {} }");
    assertRefused(spec.kv("A", KeyValueBinding.of("No")).build(), "kv.A.namespace: No");
    FunctionSpec.Builder twice =
        FunctionSpec.builder("bad")
            .module("main.js", "export default { fetch() {} }")
            .variable("A", "1");
    assertRefused(twice.kv("A", KeyValueBinding.of("a")).build(), "kv: A (expected: a name that");
  }

  private static void assertRefused(FunctionSpec spec, String message) {
    assertThatThrownBy(() -> mesh.node(0).deployments().deploy(spec))
        .isInstanceOf(DeploymentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theAdminApiReadsAndWrites() throws Exception {
    MeshNode node = mesh.node(0);
    URI at = URI.create(node.adminUri() + "/v1/kv/default/admin/a%2Fb");
    HttpResponse<String> put = admin(node, URI.create(at + "?ttl-ms=60000"), "PUT", "value");
    assertThat(put.statusCode()).isEqualTo(204);
    String version = put.headers().firstValue("brink-kv-version").orElseThrow();
    HttpResponse<String> got = admin(mesh.node(1), on(mesh.node(1), at), "GET", "");
    assertThat(got.body()).isEqualTo("value");
    assertThat(got.headers().firstValue("brink-kv-version")).contains(version);
    assertThat(got.headers().firstValue("brink-kv-expiration")).isPresent();
    assertThat(admin(node, URI.create(at + "?if-absent"), "PUT", "other").statusCode())
        .isEqualTo(412);
    assertThat(admin(node, URI.create(at + "?if-version=" + version), "PUT", "other").statusCode())
        .isEqualTo(204);
    HttpResponse<String> list =
        admin(node, URI.create(node.adminUri() + "/v1/kv/default/admin?prefix=a"), "GET", "");
    assertThat(list.body()).contains("\"name\":\"a/b\"");
    assertThat(admin(node, at, "DELETE", "").statusCode()).isEqualTo(204);
    HttpResponse<String> gone = admin(node, at, "DELETE", "");
    assertThat(gone.statusCode()).isEqualTo(404);
    assertThat(gone.body()).contains("\"key-not-found\"");
    assertThat(admin(node, URI.create(at + "?nonsense=1"), "GET", "").statusCode()).isEqualTo(400);
    assertThat(admin(node, URI.create(at + "?durable=true"), "GET", "").statusCode())
        .isEqualTo(400);
    HttpResponse<String> metrics = admin(node, URI.create(node.adminUri() + "/metrics"), "GET", "");
    assertThat(metrics.body()).containsPattern("brink_kv_writes_total [1-9]");
  }

  @Test
  void aConditionThatCannotBeUnderstoodIsNoneToGoWithout() throws Exception {
    MeshNode node = mesh.node(0);
    String at = node.adminUri() + "/v1/kv/default/careful";
    URI key = URI.create(at + "/key");
    String version =
        admin(node, key, "PUT", "first").headers().firstValue("brink-kv-version").orElseThrow();
    for (String query :
        List.of(
            "if-absent=1",
            "if-version=",
            "ttl-ms=",
            "expiration=",
            "durable=1",
            "ttl-ms=1&expiration=9999999999999",
            "if-absent&if-version=" + version)) {
      HttpResponse<String> refused = admin(node, URI.create(key + "?" + query), "PUT", "second");
      assertThat(refused.statusCode()).as(query).isEqualTo(400);
      assertThat(refused.body()).as(query).contains("(expected: ");
    }
    assertThat(admin(node, URI.create(key + "?if-absent=1"), "PUT", "second").body())
        .contains("if-absent: 1 (expected: true, false or no value)");
    assertThat(admin(node, URI.create(at + "?limit="), "GET", "").statusCode()).isEqualTo(400);
    assertThat(admin(node, key, "GET", "").body()).isEqualTo("first");
    assertThat(admin(node, URI.create(key + "?if-absent=true"), "PUT", "x").statusCode())
        .isEqualTo(412);
    URI plain = URI.create(key + "?if-absent=false&if-version=" + version + "&durable=false");
    assertThat(admin(node, plain, "PUT", "third").statusCode()).isEqualTo(204);
    assertThat(admin(node, key, "GET", "").body()).isEqualTo("third");
  }

  @Test
  void whatIsNoKeyAndNoCursorIsRefused() throws Exception {
    MeshNode node = mesh.node(0);
    String at = node.adminUri() + "/v1/kv/default/odd";
    for (String key : List.of("%FF", "a%C3", "%ED%A0%80")) {
      HttpResponse<String> refused = admin(node, URI.create(at + "/" + key), "PUT", "value");
      assertThat(refused.statusCode()).as(key).isEqualTo(400);
      assertThat(refused.body()).as(key).contains("(expected: UTF-8)");
    }
    URI known = URI.create(at + "/%C3%BC%00+%20%EF%BF%BD");
    assertThat(admin(node, known, "PUT", "value").statusCode()).isEqualTo(204);
    assertThat(admin(node, URI.create(at), "GET", "").body())
        .contains("\"name\":\"\u00fc\\u0000+ \ufffd\"");
    for (String cursor : List.of("zzz", "a", "_w")) {
      assertThat(admin(node, URI.create(at + "?cursor=" + cursor), "GET", "").statusCode())
          .as(cursor)
          .isEqualTo(400);
    }
  }

  private static URI on(MeshNode node, URI uri) {
    return URI.create(node.adminUri() + uri.getRawPath());
  }

  private static HttpResponse<String> admin(MeshNode node, URI uri, String method, String body)
      throws Exception {
    return mesh.client()
        .send(
            HttpRequest.newBuilder(uri)
                .header("authorization", "Bearer " + node.adminToken())
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(30))
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aClientReadsAndWrites() {
    MeshNode node = mesh.node(2);
    try (MeshClient client = MeshClient.connect(node.adminUri(), node.adminToken())) {
      RemoteKeys keys = client.keys("default", "client", false);
      byte[] bytes = {0, -1, 127, -128, 10};
      keys.put("b", bytes);
      keys.put("a ü?#", bytes, Duration.ofMinutes(1));
      assertThat(keys.get("b")).contains(bytes);
      assertThat(keys.get("a ü?#")).contains(bytes);
      assertThat(keys.get("none")).isEmpty();
      List<String> names = new ArrayList<>();
      KvKeys page = keys.list("", "", 1);
      page.getKeysList().forEach(key -> names.add(key.getName()));
      keys.list("", page.getCursor(), 1).getKeysList().forEach(key -> names.add(key.getName()));
      assertThat(names).containsExactly("a ü?#", "b");
      for (Runnable empty :
          List.<Runnable>of(() -> keys.get(""), () -> keys.put("", bytes), () -> keys.delete(""))) {
        assertThatThrownBy(empty::run)
            .isInstanceOf(DeploymentException.class)
            .hasMessageStartingWith("key: empty (expected: ");
      }
      assertThat(keys.delete("b")).isTrue();
      assertThat(keys.delete("b")).isFalse();
    }
  }

  @Test
  void theCommandLineReadsAndWrites(@TempDir Path folder) throws Exception {
    KvCommands at = new KvCommands(mesh.node(1).adminUri(), mesh.node(1).adminToken());
    assertThat(at.run("put", "shell", "key", "välue")).isEmpty();
    Path file = Files.write(folder.resolve("value"), new byte[] {1, 2, 3});
    assertThat(at.run("put", "shell", "file", "--file", file.toString(), "--ttl", "1h")).isEmpty();
    assertThat(at.run("get", "shell", "key")).isEqualTo("välue");
    assertThat(at.run("list", "shell", "--keys")).isEqualTo("file\nkey\n");
    assertThat(at.run("list", "shell")).contains("KEY", "BYTES", "key", "never");
    assertThat(at.run("delete", "shell", "key", "none"))
        .isEqualTo("deleted key\nhad no value: none\n");
    assertThat(at.code("get", "shell", "key")).isEqualTo(1);
    assertThat(at.code("put", "shell", "key")).isEqualTo(2);
    assertThat(at.code("put", "a/b/c", "key", "v")).isEqualTo(2);
  }
}
