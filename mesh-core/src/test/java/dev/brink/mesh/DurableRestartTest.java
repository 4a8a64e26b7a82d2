package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.client.RemoteKeys;
import dev.brink.mesh.deploy.DeploymentException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A durable namespace outlives its node, in one JVM. */
class DurableRestartTest {
  @Test
  void whatIsWrittenIsThereAfterARestart(@TempDir Path directory) throws Exception {
    byte[] value = "value".getBytes(StandardCharsets.UTF_8);
    try (MeshNode node = start(directory);
        MeshClient client = connect(node, directory)) {
      RemoteKeys keys = client.keys("default", "kept", true);
      TestMesh.until(() -> isStarted(keys));
      keys.put("key", value);
    }
    try (MeshNode node = start(directory);
        MeshClient client = connect(node, directory)) {
      RemoteKeys keys = client.keys("default", "kept", true);
      TestMesh.until(() -> isStarted(keys));
      assertThat(keys.get("key")).contains(value);
    }
  }

  @Test
  void aNodeThatIsNotMissingIsNotForgotten(@TempDir Path directory) throws Exception {
    try (MeshNode node = start(directory);
        MeshClient client = connect(node, directory)) {
      assertThat(client.missing()).isEmpty();
      for (String id : List.of(node.id(), "nobody")) {
        assertThatThrownBy(() -> client.forget(id))
            .isInstanceOfSatisfying(
                DeploymentException.class, e -> assertThat(e.code()).isEqualTo("node-not-missing"))
            .hasMessage("node: " + id + " (expected: the id of one that is missing: [])");
      }
    }
  }

  private static boolean isStarted(RemoteKeys keys) {
    try {
      return keys.get("nothing").isEmpty();
    } catch (DeploymentException e) {
      if (!e.retryable()) {
        throw e;
      }
      return false;
    }
  }

  private static MeshNode start(Path directory) throws IOException {
    return MeshNode.builder()
        .dataDirectory(directory)
        .ephemeralPorts()
        .configure(
            config ->
                config
                    .grid(grid -> grid.durable(true).startTimeout(Duration.ofMinutes(2)))
                    .functions(functions -> functions.idleWarmUp(0)))
        .start();
  }

  private static MeshClient connect(MeshNode node, Path directory) throws IOException {
    String token = Files.readString(directory.resolve("admin-token")).strip();
    return MeshClient.connect(node.adminUri(), token);
  }
}
