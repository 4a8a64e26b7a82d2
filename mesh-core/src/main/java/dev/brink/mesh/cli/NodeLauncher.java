package dev.brink.mesh.cli;

import dev.brink.mesh.config.NodeConfig;
import java.io.IOException;
import java.net.URI;

/** Starts the node that {@code brink node} is. */
@FunctionalInterface
interface NodeLauncher {
  /** Starts a node and returns when it serves. */
  Started start(NodeConfig config) throws IOException;

  /** A node that serves. */
  interface Started extends AutoCloseable {
    String id();

    String name();

    URI ingressUri();

    URI adminUri();

    String linkAddress();

    int discoveryPort();

    /** Stops gracefully, within the configured grace. */
    @Override
    void close();
  }
}
