package dev.brink.mesh;

import dev.brink.mesh.config.NodeConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A proxy before the link port of each of some nodes, which have these as their options. */
final class LinkProxies implements TestMesh.Options, AutoCloseable {
  private final List<Integer> ports;
  private final List<LinkProxy> proxies = new ArrayList<>();

  LinkProxies(int nodes) throws IOException {
    ports = FreePorts.of(nodes);
    for (int port : ports) {
      proxies.add(new LinkProxy(port));
    }
  }

  @Override
  public void apply(int index, NodeConfig.Builder config) {
    config.set("link.port", ports.get(index).toString());
    config.set("link.advertise-address", proxies.get(index).address());
  }

  /** Nothing passes to a node from now on. */
  void cut(int node) {
    proxies.get(node).cut();
  }

  void cutAll() {
    proxies.forEach(LinkProxy::cut);
  }

  void mendAll() {
    proxies.forEach(LinkProxy::mend);
  }

  @Override
  public void close() throws IOException {
    for (LinkProxy proxy : proxies) {
      proxy.close();
    }
  }
}
