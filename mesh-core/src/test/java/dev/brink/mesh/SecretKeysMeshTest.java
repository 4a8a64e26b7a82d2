package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.SecretInfo;
import dev.brink.mesh.deploy.Secrets;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets in a mesh whose nodes have keys that differ: an old one, a new one and the old, none. */
class SecretKeysMeshTest {
  @TempDir static Path directory;
  private static TestMesh mesh;
  private static MeshNode old;
  private static MeshNode next;
  private static MeshNode bare;

  @BeforeAll
  static void start() throws Exception {
    Path oldKey = SecretMeshTest.keyFile(directory, 1);
    Path bothKeys = SecretMeshTest.keyFile(directory, 2, 1);
    mesh =
        TestMesh.start(
            directory,
            3,
            (index, config) -> {
              if (index < 2) {
                config.secrets(secrets -> secrets.keyFile(index == 0 ? oldKey : bothKeys));
              }
            });
    old = mesh.node(0);
    next = mesh.node(1);
    bare = mesh.node(2);
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  @Test
  void keysCanBeRotated() throws Exception {
    old.mesh().secrets().put("default", "rotated", "TOKEN", "some-value");
    deploy(next, "rotated");
    String before = body(next, "/rotated");
    assertThat(before).startsWith("some-value ");
    List<SecretInfo> listed = next.mesh().secrets().list("default", "rotated");

    assertThat(next.mesh().secrets().reseal()).isEqualTo(new Secrets.Resealed(1, 0));
    assertThat(next.mesh().secrets().reseal()).isEqualTo(new Secrets.Resealed(0, 0));
    assertThat(old.mesh().secrets().reseal()).isEqualTo(new Secrets.Resealed(0, 1));
    assertThat(next.mesh().secrets().list("default", "rotated")).isEqualTo(listed);
    TestMesh.until(() -> metric(old, "brink_secrets_unreadable") == 1);
    assertThat(body(old, "/rotated")).as("what is loaded goes on").startsWith("some-value ");
    assertThat(body(next, "/rotated")).startsWith("some-value ");

    next.mesh().secrets().put("default", "rotated", "TOKEN", "new-value");
    assertThat(body(next, "/rotated")).startsWith("new-value ");
    assertThat(next.mesh().secrets().delete("default", "rotated", "TOKEN")).isTrue();
  }

  @Test
  void aNodeThatCannotOpenASecretSaysSo() throws Exception {
    next.mesh().secrets().put("default", "closed", "TOKEN", "some-value");
    DeployResult result = deploy(next, "closed");
    assertThat(status(result, next)).isEqualTo("READY ");
    assertThat(status(result, old))
        .startsWith("FAILED secret default/closed/TOKEN: sealed with the key ")
        .contains("(expected: one of this node's secrets.key-file: ");
    assertThat(status(result, bare))
        .startsWith("FAILED secret default/closed/TOKEN: sealed with the key ")
        .endsWith("(expected: a key; this node has no secrets.key-file)");
    assertThatThrownBy(() -> deploy(old, "closed"))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo("secret-unreadable"));
    assertThat(metric(next, "brink_secrets_unreadable")).isZero();
    assertThat(metric(bare, "brink_secrets_unreadable")).isPositive();
    assertThat(mesh.get(bare, "/closed").headers().firstValue("brink-node")).contains("n1");

    assertThat(bare.mesh().secrets().delete("default", "closed", "TOKEN")).isTrue();
    TestMesh.until(() -> runsOn(bare, "/closed") && runsOn(old, "/closed"));
    assertThat(body(bare, "/closed")).startsWith("undefined ");
  }

  @Test
  void aNodeWithoutKeysTakesNone() {
    refused(bare.mesh().secrets());
    try (MeshClient client = MeshClient.connect(bare.adminUri(), bare.adminToken())) {
      refused(client.secrets());
    }
  }

  private static void refused(Secrets secrets) {
    assertThatThrownBy(() -> secrets.put("default", "none", "TOKEN", "some-value"))
        .isInstanceOfSatisfying(
            DeploymentException.class,
            e -> assertThat(e.code()).isEqualTo("secrets-not-configured"))
        .hasMessageStartingWith("secrets.key-file: not set on this node (expected: ");
  }

  private static DeployResult deploy(MeshNode through, String name) {
    return through.deployments().deploy(SecretMeshTest.shows(name).build());
  }

  private static String status(DeployResult result, MeshNode node) {
    return result.nodes().stream()
        .filter(outcome -> outcome.node().equals(node.name()))
        .map(outcome -> outcome.status() + " " + outcome.message())
        .findFirst()
        .orElseThrow();
  }

  /** What a request gets that ran on this node. */
  private static String body(MeshNode node, String path) throws Exception {
    HttpResponse<String> answer;
    do {
      answer = mesh.get(node, path);
    } while (!answer.headers().firstValue("brink-node").orElseThrow().equals(node.name()));
    return answer.body();
  }

  private static boolean runsOn(MeshNode node, String path) {
    try {
      return mesh.get(node, path)
          .headers()
          .firstValue("brink-node")
          .orElseThrow()
          .equals(node.name());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static double metric(MeshNode node, String name) {
    try {
      String text =
          mesh.client()
              .send(
                  HttpRequest.newBuilder(URI.create(node.adminUri() + "/metrics"))
                      .header("authorization", "Bearer " + node.adminToken())
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      return text.lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElseThrow();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
