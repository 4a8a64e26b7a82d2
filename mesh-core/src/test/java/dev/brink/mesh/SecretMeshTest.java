package dev.brink.mesh;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import dev.brink.mesh.cli.Commands;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.SecretInfo;
import dev.brink.mesh.deploy.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets on two nodes with the operator's key, and on nodes with another or none. */
class SecretMeshTest {
  private static final String SHOWS =
      """
      const instance = crypto.randomUUID();
      export default {
        fetch(request, env) {
          return new Response(`${env.TOKEN} ${env.OTHER} ${instance}`);
        },
      };
      """;

  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    Path keys = keyFile(directory, 1);
    mesh =
        TestMesh.start(
            directory,
            2,
            (_, config) ->
                config.secrets(it -> it.keyFile(keys)).functions(functions -> functions.lanes(1)));
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  /** A file with keys whose bytes are all the same. */
  static Path keyFile(Path directory, int... fillings) throws IOException {
    String lines =
        Arrays.stream(fillings)
            .mapToObj(
                filling -> {
                  byte[] key = new byte[32];
                  Arrays.fill(key, (byte) filling);
                  return Base64.getEncoder().encodeToString(key);
                })
            .collect(Collectors.joining("\n"));
    Path file = Files.createTempFile(directory, "secrets", ".keys");
    return Files.writeString(file, lines);
  }

  /** A function that shows what it has. */
  static FunctionSpec.Builder shows(String name) {
    return FunctionSpec.builder(name).module("main.js", SHOWS).route("/" + name);
  }

  private static Secrets secrets(int node) {
    return mesh.node(node).mesh().secrets();
  }

  private static void deploy(FunctionSpec.Builder spec) {
    assertThat(mesh.node(0).deployments().deploy(spec.build()).complete()).isTrue();
  }

  /** What env holds on a node, and which instance says so. */
  private static List<String> shown(int index, String name) throws Exception {
    MeshNode node = mesh.node(index);
    HttpResponse<String> answer;
    do {
      answer = mesh.get(node, "/" + name);
    } while (!answer.headers().firstValue("brink-node").orElseThrow().equals(node.name()));
    return List.of(answer.body().split(" "));
  }

  private static void awaitShown(int node, String name, String token) throws Exception {
    TestMesh.until(
        () -> {
          try {
            return shown(node, name).getFirst().equals(token);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }

  @Test
  void whatIsPutAtOneNodeFunctionsHaveOnAll() throws Exception {
    secrets(0).put("default", "early", "TOKEN", "first-value");
    deploy(shows("early"));
    assertThat(shown(0, "early").getFirst()).isEqualTo("first-value");
    assertThat(shown(1, "early").getFirst()).isEqualTo("first-value");

    String before = shown(1, "early").get(2);
    secrets(0).put("default", "early", "TOKEN", "second-value");
    assertThat(shown(0, "early").getFirst()).isEqualTo("second-value");
    awaitShown(1, "early", "second-value");
    assertThat(shown(1, "early").get(2)).as("another instance").isNotEqualTo(before);

    secrets(1).put("default", "early", "OTHER", "other-value");
    assertThat(shown(1, "early").subList(0, 2)).containsExactly("second-value", "other-value");

    assertThat(secrets(1).delete("default", "early", "TOKEN")).isTrue();
    assertThat(shown(1, "early").getFirst()).isEqualTo("undefined");
    awaitShown(0, "early", "undefined");
    assertThat(secrets(0).delete("default", "early", "TOKEN")).isFalse();
  }

  @Test
  void theSameValueAgainReplacesNothing() throws Exception {
    secrets(0).put("default", "same", "TOKEN", "same-value");
    deploy(shows("same"));
    String before = shown(0, "same").get(2);
    secrets(0).put("default", "same", "TOKEN", "same-value");
    assertThat(shown(0, "same").get(2)).isEqualTo(before);
  }

  @Test
  void aFunctionThatIsRemovedLeavesNone() {
    secrets(0).put("default", "leaves", "TOKEN", "some-value");
    deploy(shows("leaves"));
    mesh.node(0).deployments().remove("default", "leaves");
    assertThat(secrets(0).list("default", "leaves")).isEmpty();
  }

  @Test
  void badInputIsRefused() {
    deploy(shows("vars").variable("GREETING", "hi"));
    refused("TOKEN-1", "value", "name: TOKEN-1 (expected: 1 to 64 of A-Z, a-z, 0-9 and _");
    refused("T", "abc", "value: 3 bytes (expected: at least 4 characters, at most 16384 bytes)");
    refused("T", "x".repeat(16385), "value: 16385 bytes (expected: at least 4 characters");
    refused("GREETING", "value", "name: GREETING (expected: a name that no variable, service or");
    for (int i = 0; i < Secrets.MAX_PER_FUNCTION; i++) {
      secrets(0).put("default", "vars", "T" + i, "value");
    }
    refused("T64", "value", "name: T64, one more than 64 (expected: at most 64 secrets of a");
    secrets(0).put("default", "vars", "T63", "another");
    assertThatThrownBy(() -> deploy(shows("vars").variable("T7", "hi")))
        .isInstanceOf(DeploymentException.class)
        .hasMessage("variables: T7 (expected: a name that no secret of the function has)");
  }

  private static void refused(String name, String value, String message) {
    assertThatThrownBy(() -> secrets(0).put("default", "vars", name, value))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo("invalid-secret"))
        .hasMessageContaining(message);
  }

  @Test
  void nobodySeesAValue() throws Exception {
    String value = "\"quokka\nsecret\" wömbat";
    try (CapturedLog log = CapturedLog.of("dev.brink", Level.TRACE)) {
      MeshNode node = mesh.node(0);
      assertThat(admin(node, "PUT", "/v1/secrets/default/prints/TOKEN", value).statusCode())
          .isEqualTo(204);
      deploy(
          FunctionSpec.builder("prints")
              .route("/prints")
              .module(
                  "main.js",
                  """
                  export default {
                    fetch(request, env) {
                      console.log('value', env.TOKEN, [env.TOKEN], JSON.stringify(env));
                      throw new Error(`with ${env.TOKEN}`);
                    },
                  };
                  """));
      String answers =
          List.of(
                  mesh.get(node, "/prints").body(),
                  mesh.get(node, "/prints", "brink-explain", "1", "brink-token", node.adminToken())
                      .toString(),
                  admin(node, "GET", "/v1/secrets/default/prints", "").body(),
                  admin(node, "GET", "/v1/deployments", "").body(),
                  admin(node, "GET", "/v1/deployments/default/prints", "").body(),
                  admin(node, "GET", "/v1/placement/explain?url=/prints", "").body(),
                  admin(node, "GET", "/v1/usage", "").body(),
                  admin(node, "GET", "/metrics", "").body(),
                  admin(node, "PUT", "/v1/secrets/default/prints/NOT-ONE", value).body(),
                  admin(node, "POST", "/v1/secrets/default/prints/TOKEN", value).body())
              .toString();
      assertThat(answers).contains("\"name\":\"TOKEN\"", "brink_secrets ");
      awaitFile("prints");
      String file = Files.readString(directory.resolve("n0").resolve("snapshot"), ISO_8859_1);
      String logged = log.lines().toString();
      assertThat(logged).contains("value ***", "with ***", "secret default/prints/TOKEN");
      for (String text : List.of(answers, file, logged)) {
        assertThat(text).doesNotContain("quokka", "wömbat");
      }
    }
  }

  private static void awaitFile(String name) throws Exception {
    Path snapshot = directory.resolve("n0").resolve("snapshot");
    TestMesh.until(
        () -> {
          try {
            return Files.readString(snapshot, ISO_8859_1).contains("default/" + name + "/TOKEN");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void theAdminApiSaysWhatIsWrong() throws Exception {
    MeshNode node = mesh.node(1);
    assertThat(admin(node, "PUT", "/v1/secrets/default/wrong/T", "abc").body())
        .contains("\"invalid-secret\"", "value: 3 bytes (expected: at least 4 characters");
    assertThat(admin(node, "DELETE", "/v1/secrets/default/wrong/T", "").body())
        .contains("\"secret-not-found\"", "name: T (expected: a secret of default/wrong)");
    assertThat(admin(node, "GET", "/v1/secrets/default/wrong/T", "").statusCode()).isEqualTo(405);
    assertThat(admin(node, "GET", "/v1/secrets/default", "").statusCode()).isEqualTo(404);
    HttpResponse<String> binary =
        mesh.client()
            .send(
                request(node, "/v1/secrets/default/wrong/T")
                    .PUT(HttpRequest.BodyPublishers.ofByteArray(new byte[] {-1, -2, -3, -4}))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(binary.body()).contains("value: 4 bytes (expected: text in UTF-8)");
  }

  private static HttpResponse<String> admin(MeshNode node, String method, String path, String body)
      throws Exception {
    return mesh.client()
        .send(
            request(node, path).method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
            HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(MeshNode node, String path) {
    return HttpRequest.newBuilder(URI.create(node.adminUri() + path))
        .header("authorization", "Bearer " + node.adminToken())
        .timeout(Duration.ofSeconds(30));
  }

  @Test
  void theCommandLineReadsValuesFromStandardInput() throws Exception {
    MeshNode node = mesh.node(1);
    var brink = new Commands(node.adminUri(), node.adminToken());
    assertThat(brink.run("typed\n", "secret", "put", "TOKEN", "--function", "shell").code())
        .isZero();
    var kept = brink.run("kept\n", "secret", "put", "OTHER", "--exact", "--function", "shell");
    assertThat(kept).isEqualTo(new Commands.Ran(0, "", ""));
    deploy(shows("shell"));
    assertThat(mesh.get(mesh.node(0), "/shell").body()).startsWith("typed kept\n ");
    assertThat(brink.run("", "secret", "list", "--function", "shell").out())
        .matches("NAME +UPDATED\nOTHER +20\\S+Z\nTOKEN +20\\S+Z\n");
    assertThat(brink.run("", "secret", "list", "--json", "--function", "shell").out())
        .contains("\"name\": \"TOKEN\"")
        .doesNotContain("typed");
    String function = "default/shell";
    assertThat(brink.run("", "secret", "delete", "TOKEN", "NONE", "--function", function).out())
        .isEqualTo("deleted TOKEN\nthere was no NONE\n");
    assertThat(brink.run("", "secret", "reseal").out()).isEqualTo("resealed 0\n");

    var small = brink.run("abc", "secret", "put", "TOKEN", "--function", "shell");
    assertThat(small.code()).isEqualTo(1);
    assertThat(small.err())
        .contains("brink secret put: invalid-secret: value: 3 bytes (expected: ");
    var argument = brink.run("x", "secret", "put", "TOKEN", "in-argv", "--function", "shell");
    assertThat(argument.code()).isEqualTo(2);
    assertThat(brink.run("typed", "secret", "put", "TOKEN").code()).isEqualTo(2);
  }

  @Test
  void aNodeThatStartsAloneHasThem() throws Exception {
    Path own = Files.createDirectory(directory.resolve("alone"));
    Path file = keyFile(directory, 1);
    for (boolean first : new boolean[] {true, false}) {
      try (TestMesh alone =
          TestMesh.start(own, 1, (_, config) -> config.secrets(it -> it.keyFile(file)))) {
        if (first) {
          alone.node(0).mesh().secrets().put("default", "alone", "TOKEN", "kept-value");
          alone.node(0).deployments().deploy(shows("alone").build());
        }
        assertThat(alone.get(alone.node(0), "/alone").body()).startsWith("kept-value ");
        assertThat(alone.node(0).mesh().secrets().list("default", "alone")).hasSize(1);
      }
    }
  }

  @Test
  void aClientListsNamesAndTimes() {
    MeshNode node = mesh.node(1);
    long before = System.currentTimeMillis();
    try (MeshClient client = MeshClient.connect(node.adminUri(), node.adminToken())) {
      client.secrets().put("acme", "client", "B", "value");
      client.secrets().put("acme", "client", "A", "value");
      List<SecretInfo> listed = client.secrets().list("acme", "client");
      assertThat(listed).extracting(SecretInfo::name).containsExactly("A", "B");
      assertThat(listed)
          .allSatisfy(
              secret ->
                  assertThat(secret.updated().toEpochMilli())
                      .isBetween(before, System.currentTimeMillis()));
      assertThat(client.secrets().list("default", "client")).isEmpty();
      assertThat(client.secrets().delete("acme", "client", "A")).isTrue();
      assertThat(client.secrets().delete("acme", "client", "A")).isFalse();
    }
  }
}
