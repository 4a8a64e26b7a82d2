package dev.brink.mesh;

import dev.brink.grid.Grid;
import dev.brink.grid.GridBuilder;
import dev.brink.grid.GridException;
import dev.brink.grid.Member;
import dev.brink.grid.NetworkPreset;
import dev.brink.grid.PortTakenException;
import dev.brink.mesh.config.GridConfig;
import dev.brink.mesh.config.HostPort;
import dev.brink.mesh.http.BindFailure;
import dev.brink.mesh.link.MeshTls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The grid's node as a mesh node's options have it. */
final class NodeGrid {
  /**
   * Starts it; blocks until it is up.
   *
   * @throws IOException when one of its ports cannot be bound
   * @throws GridException when it does not start for another reason
   */
  static Grid start(GridConfig options, Member self, Path directory, @Nullable MeshTls tls)
      throws IOException {
    GridBuilder builder =
        Grid.builder()
            .nodeId(self.id())
            .name(self.name())
            .bindAddress(options.bindAddress())
            .discoveryPort(options.discoveryPort())
            .communicationPort(options.communicationPort())
            .seeds(options.seeds().stream().map(HostPort::toString).toList())
            .network(
                switch (options.preset()) {
                  case LOCAL -> NetworkPreset.LOCAL;
                  case LAN -> NetworkPreset.LAN;
                  case WAN -> NetworkPreset.WAN;
                })
            .startTimeout(options.startTimeout())
            .leaveTimeout(options.leaveTimeout())
            .dataRegionBytes(options.offHeapBytes())
            .keyValueBytes(options.keyValueBytes())
            .localCopyBytes(options.localCopyBytes())
            .durable(options.durable())
            .durableDiscoveryPort(options.durableDiscoveryPort())
            .durableCommunicationPort(options.durableCommunicationPort())
            .workDirectory(directory.resolve("grid"))
            .attributes(self.attributes());
    if (tls != null) {
      builder.ssl(tls.java());
    }
    try {
      return builder.start();
    } catch (PortTakenException e) {
      throw BindFailure.of(key(e.option()), e);
    }
  }

  /** The option's key in the configuration, such as {@code grid.communication-port}. */
  private static String key(String option) {
    return "grid." + option.replaceAll("(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
  }

  private NodeGrid() {}
}
