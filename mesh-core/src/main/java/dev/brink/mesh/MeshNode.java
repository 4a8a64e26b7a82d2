package dev.brink.mesh;

import dev.brink.mesh.config.HostPort;
import dev.brink.mesh.config.NodeConfig;
import dev.brink.mesh.deploy.Deployments;
import dev.brink.mesh.deploy.Mesh;
import dev.brink.mesh.schedule.Schedules;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A node of the mesh in this process: an ingress, a sandbox for functions, a link server, an admin
 * port and a member of the grid. Thread-safe.
 *
 * <p>{@link #close} stops it gracefully: it takes no new requests, finishes those under way within
 * {@link NodeConfig#shutdownGrace}, leaves the grid and frees every port and thread.
 */
public final class MeshNode implements AutoCloseable {
  private final NodeParts parts;

  private MeshNode(NodeParts parts) {
    this.parts = parts;
  }

  /** A node with the options of {@code docs/configuration.md}; all have defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Starts a node; returns when it serves what is deployed.
   *
   * @throws IOException when a port is taken, the data directory is in use or cannot be written, or
   *     a file with keys or certificates cannot be used
   */
  public static MeshNode start(NodeConfig config) throws IOException {
    return new MeshNode(NodeParts.start(config));
  }

  /**
   * Reads the files with keys and certificates that a configuration names, as a start would, and
   * starts nothing.
   *
   * @return what a start would warn of: an ingress certificate that has expired, one that ends
   *     within 14 days
   * @throws IOException when one cannot be read, is of another format or does not fit the others,
   *     or when the mesh certificate has expired; says which option names it
   */
  public static List<String> check(NodeConfig config) throws IOException {
    return NodeKeys.read(config).expiry().warnings();
  }

  /** The node's id: stays the same as long as its data directory does. */
  public String id() {
    return parts.self().id().toString();
  }

  public String name() {
    return parts.self().name();
  }

  /** Where clients' requests go. */
  public URI ingressUri() {
    return parts.endpoints().ingressUri();
  }

  /** Where {@link dev.brink.mesh.client.MeshClient} connects to. */
  public URI adminUri() {
    return parts.endpoints().adminUri();
  }

  /** The token that admin calls present. A secret. */
  public String adminToken() {
    return parts.adminToken();
  }

  /** {@code host:port} of the link server. */
  public String linkAddress() {
    return parts.endpoints().linkAddress();
  }

  /** Where DNS queries are answered, over UDP and TCP; empty when there is no zone. */
  public Optional<InetSocketAddress> dnsAddress() {
    return parts.dnsAddress();
  }

  /** The port that other nodes name as a seed. */
  public int discoveryPort() {
    return parts.grid().discoveryPort();
  }

  /** The mesh as this node sees it. */
  public Mesh mesh() {
    return parts.mesh();
  }

  /** For tests, which have a clock of their own. */
  Schedules schedules() {
    return parts.schedules();
  }

  /** Deploys, lists, removes and invokes, in process. */
  public Deployments deployments() {
    return parts.mesh().deployments();
  }

  /** Stops the node; a second call does nothing. Blocks, for the grace and some seconds at most. */
  @Override
  public void close() {
    parts.close();
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private final NodeConfig.Builder config = NodeConfig.builder();

    private Builder() {}

    /** What people call the node; default: made from its id. */
    public Builder name(String name) {
      config.name(name);
      return this;
    }

    /** Labels such as {@code zone}. */
    public Builder labels(Map<String, String> labels) {
      config.labels(labels);
      return this;
    }

    /** Where the node keeps what outlives it; default {@code brink-data}. */
    public Builder dataDirectory(Path directory) {
      config.dataDirectory(directory);
      return this;
    }

    /** Any free port for everything; for tests and for several nodes on one machine. */
    public Builder ephemeralPorts() {
      return configure(
          all ->
              all.ingress(ingress -> ingress.port(0))
                  .admin(admin -> admin.port(0))
                  .link(link -> link.port(0))
                  .grid(
                      grid ->
                          grid.discoveryPort(0)
                              .communicationPort(0)
                              .durableDiscoveryPort(0)
                              .durableCommunicationPort(0)));
    }

    /** {@code host:port} of other nodes' discovery ports; none: a mesh of its own. */
    public Builder seeds(String... addresses) {
      return configure(
          all ->
              all.grid(grid -> grid.seeds(Arrays.stream(addresses).map(HostPort::parse).toList())));
    }

    /** Any other option. */
    public Builder configure(Consumer<NodeConfig.Builder> change) {
      change.accept(config);
      return this;
    }

    /** Starts the node; see {@link MeshNode#start(NodeConfig)}. */
    public MeshNode start() throws IOException {
      return MeshNode.start(config.build());
    }
  }
}
