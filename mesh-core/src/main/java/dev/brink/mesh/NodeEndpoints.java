package dev.brink.mesh;

import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.http.HttpServer;
import dev.brink.mesh.link.LinkServer;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

/** Where a node is reached, by what it listens at and what its configuration says of that. */
record NodeEndpoints(NodeConfig config, HttpServer ingress, HttpServer admin, LinkServer links) {
  /** For this machine. */
  URI ingressUri() {
    return advertisedIngressUri(List.of());
  }

  /**
   * For the other nodes and their clients.
   *
   * @param advertised where these reach it: counts if it listens at all addresses
   */
  URI advertisedIngressUri(List<InetAddress> advertised) {
    return uri(config.ingress().tls() != null, ingress.address(), advertised);
  }

  URI adminUri() {
    return uri(config.tls() != null, admin.address(), List.of());
  }

  /** For the other nodes, such as {@code 192.0.2.7:7400}. */
  String linkAddress() {
    InetSocketAddress bound = links.address();
    String advertised = config.link().advertiseAddress();
    if (advertised.isEmpty()) {
      return host(bound.getAddress()) + ":" + bound.getPort();
    }
    return advertised.matches(".*:[0-9]+") ? advertised : advertised + ":" + bound.getPort();
  }

  /** Of what listens there. */
  static URI uri(boolean secure, InetSocketAddress address, List<InetAddress> advertised) {
    InetAddress bound = address.getAddress();
    String host =
        !bound.isAnyLocalAddress()
            ? host(bound)
            : advertised.isEmpty() ? "127.0.0.1" : host(advertised.getFirst());
    return URI.create((secure ? "https" : "http") + "://" + host + ":" + address.getPort());
  }

  private static String host(InetAddress address) {
    String text = NetUtil.toAddressString(address);
    return text.contains(":") ? "[" + text + "]" : text;
  }
}
