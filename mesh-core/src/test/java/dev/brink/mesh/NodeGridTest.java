package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.grid.Member;
import dev.brink.mesh.config.GridConfig;
import dev.brink.mesh.config.NodeConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class NodeGridTest {
  @TempDir Path directory;

  /** With the usual timeout it would wait 3 seconds for the port. */
  @Test
  @Timeout(20)
  void theStartIsGivenUpAfterTheTimeoutThatIsSet() throws Exception {
    Member self = new Member(new UUID(0, 1), "n1", Map.of(), true);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      GridConfig options =
          NodeConfig.builder()
              .set("grid.discovery-port", "0")
              .set("grid.communication-port", String.valueOf(taken.getLocalPort()))
              .set("grid.start-timeout", "1s")
              .build()
              .grid();
      assertThatThrownBy(() -> NodeGrid.start(options, self, directory, null))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("grid.communication-port: " + taken.getLocalPort());
    }
  }
}
