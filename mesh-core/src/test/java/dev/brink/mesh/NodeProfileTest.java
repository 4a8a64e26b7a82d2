package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.exec.outbound.OutboundException;
import dev.brink.exec.outbound.OutboundPolicy;
import dev.brink.mesh.config.GridConfig;
import dev.brink.mesh.config.NodeConfig;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NodeProfileTest {
  @Test
  void functionsReachNoneOfTheMeshsOwnPorts() {
    NodeConfig config = NodeConfig.builder().build();
    GridConfig grid = config.grid();
    OutboundPolicy policy = new NodeProfile(config).outboundPolicy();
    int[] own =
        IntStream.of(
                config.admin().port(),
                config.link().port(),
                grid.discoveryPort(),
                grid.communicationPort(),
                grid.durableDiscoveryPort(),
                grid.durableCommunicationPort())
            .toArray();
    assertThat(own).doesNotHaveDuplicates().doesNotContain(0);
    for (int port : own) {
      assertThatThrownBy(() -> policy.checkPort("public.example", port))
          .isInstanceOf(OutboundException.class);
    }
    policy.checkPort("public.example", config.ingress().port());
  }
}
