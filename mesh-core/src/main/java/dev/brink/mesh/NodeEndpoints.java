package dev.brink.mesh;

import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.http.HttpServer;
import dev.brink.mesh.link.LinkServer;
import java.net.InetSocketAddress;
import java.net.URI;

/** Where a node is reached, by what it listens at and what its configuration says of that. */
record NodeEndpoints(NodeConfig config, HttpServer ingress, HttpServer admin, LinkServer links) {
  URI ingressUri() {
    return uri(config.ingress().tls() != null, ingress.address());
  }

  URI adminUri() {
    return uri(config.tls() != null, admin.address());
  }

  /** For the other nodes, such as {@code 192.0.2.7:7400}. */
  String linkAddress() {
    InetSocketAddress bound = links.address();
    String advertised = config.link().advertiseAddress();
    if (advertised.isEmpty()) {
      return host(bound) + ":" + bound.getPort();
    }
    return advertised.matches(".*:[0-9]+") ? advertised : advertised + ":" + bound.getPort();
  }

  private static URI uri(boolean secure, InetSocketAddress address) {
    String host = address.getAddress().isAnyLocalAddress() ? "127.0.0.1" : host(address);
    return URI.create((secure ? "https" : "http") + "://" + host + ":" + address.getPort());
  }

  private static String host(InetSocketAddress address) {
    String text = address.getAddress().getHostAddress();
    return text.contains(":") ? "[" + text + "]" : text;
  }
}
