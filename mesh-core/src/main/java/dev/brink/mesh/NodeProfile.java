package dev.brink.mesh;

import dev.brink.exec.outbound.OutboundPolicy;
import dev.brink.mesh.config.GridConfig;
import dev.brink.mesh.config.IngressConfig;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.http.HttpLimits;
import dev.brink.mesh.origin.OriginLimits;
import dev.brink.mesh.peer.NodeAddress;
import dev.brink.placement.NodeInfo;
import dev.brink.placement.PlacementSettings;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a node is, as far as its configuration says: for its own placement and for the others. */
record NodeProfile(NodeConfig config) {

  /** Threads that run functions: as configured, else one for each processor. */
  int lanes() {
    int wanted = config.functions().lanes();
    return wanted > 0 ? wanted : Runtime.getRuntime().availableProcessors();
  }

  /** The configured labels, and the architecture where none says otherwise. */
  private Map<String, String> labels() {
    Map<String, String> labels = new HashMap<>(config.labels());
    labels.putIfAbsent("arch", System.getProperty("os.arch", "unknown"));
    return labels;
  }

  private Set<String> capabilities() {
    return Set.copyOf(config.placement().capabilities());
  }

  NodeInfo inPlacement(String node, String name) {
    return NodeInfo.builder(node)
        .name(name)
        .lanes(lanes())
        .labels(labels())
        .capabilities(capabilities())
        .loadLimit(config.placement().loadLimit())
        .build();
  }

  PlacementSettings placementSettings() {
    return PlacementSettings.builder()
        .controlShare(config.placement().controlShare())
        .verifyAbove(config.placement().measureAllUpTo())
        .build();
  }

  /**
   * What the node says of itself to the others. Where its ingress listens is told to clients if it
   * is one address and no other is configured.
   */
  NodeAddress address(NodeEndpoints endpoints) {
    InetAddress bound = endpoints.ingress().address().getAddress();
    String url = config.nearest().advertiseUrl();
    List<InetAddress> clients =
        config.nearest().advertiseAddresses().stream().map(InetAddress::ofLiteral).toList();
    return new NodeAddress(
        endpoints.linkAddress(),
        url.isEmpty() ? endpoints.advertisedIngressUri(clients).toString() : url,
        endpoints.adminUri().toString(),
        lanes(),
        labels(),
        capabilities(),
        config.placement().loadLimit(),
        clients.isEmpty() && !bound.isAnyLocalAddress() ? List.of(bound) : clients);
  }

  /**
   * Where functions may send requests: not to this mesh's own ports, as they are configured. A port
   * of 0 becomes one that is not known here.
   */
  OutboundPolicy outboundPolicy() {
    GridConfig grid = config.grid();
    List<Integer> ofTheMesh =
        List.of(
            config.admin().port(),
            config.link().port(),
            grid.discoveryPort(),
            grid.communicationPort(),
            grid.durableDiscoveryPort(),
            grid.durableCommunicationPort());
    return OutboundPolicy.builder()
        .open(config.functions().outboundPublic())
        .allow(config.functions().outboundAllow())
        .denyPorts(ofTheMesh)
        .build();
  }

  OriginLimits originLimits() {
    return OriginLimits.defaults().withBodyTimeout(config.origins().bodyTimeout());
  }

  HttpLimits ingressLimits() {
    IngressConfig in = config.ingress();
    return HttpLimits.builder()
        .maxConnections(in.maxConnections())
        .maxRequestLineBytes(in.maxRequestLineBytes())
        .maxHeaders(in.maxHeaders())
        .maxHeaderBytes(in.maxHeaderBytes())
        .maxBodyBytes(in.maxBodyBytes())
        .idleTimeout(in.idleTimeout())
        .headerTimeout(in.headerTimeout())
        .bodyTimeout(in.bodyTimeout())
        .writeTimeout(in.writeTimeout())
        .maxPipelined(in.pipelinedRequests())
        .maxStreams(in.http2Streams())
        .maxResets(in.http2Resets())
        .build();
  }
}
