package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.config.NodeConfig;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node whose port another process has: it says at once which, and which option it is. */
class TakenPortTest {
  @TempDir Path directory;

  private MeshNode start(String option, int port) throws IOException {
    NodeConfig.Builder config = NodeConfig.builder().dataDirectory(directory);
    for (String each :
        new String[] {
          "ingress.port",
          "admin.port",
          "link.port",
          "grid.discovery-port",
          "grid.communication-port"
        }) {
      config.set(each, "0");
    }
    return MeshNode.start(config.set(option, Integer.toString(port)).build());
  }

  /** The grid's start has 30 s, after which a node would give up too. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ingress.port",
        "admin.port",
        "link.port",
        "grid.discovery-port",
        "grid.communication-port"
      })
  @Timeout(25)
  void isNamedWithItsOption(String option) throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> start(option, port).close())
          .isInstanceOf(IOException.class)
          .hasMessage(
              option + ": " + port + " at 127.0.0.1: it is in use (expected: a port that is free)");
    }
  }

  @Test
  void isNamedWhereItIsTakenForDatagramsAlone() throws Exception {
    try (var taken =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> start("grid.discovery-port", port).close())
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("grid.discovery-port: " + port + " at 127.0.0.1: it is in use");
    }
  }
}
