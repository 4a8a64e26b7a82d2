package dev.brink.mesh.cli;

import dev.brink.mesh.MeshNode;
import dev.brink.mesh.config.NodeConfig;
import java.io.IOException;
import java.net.URI;

/** A {@link MeshNode} as the command line runs it. */
record MeshNodeLauncher(MeshNode node) implements NodeLauncher.Started {
  static NodeLauncher.Started start(NodeConfig config) throws IOException {
    return new MeshNodeLauncher(MeshNode.start(config));
  }

  @Override
  public String id() {
    return node.id();
  }

  @Override
  public String name() {
    return node.name();
  }

  @Override
  public URI ingressUri() {
    return node.ingressUri();
  }

  @Override
  public URI adminUri() {
    return node.adminUri();
  }

  @Override
  public String linkAddress() {
    return node.linkAddress();
  }

  @Override
  public int discoveryPort() {
    return node.discoveryPort();
  }

  @Override
  public void close() {
    node.close();
  }
}
