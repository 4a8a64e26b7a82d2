package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Options of a {@link Grid}. Keys of its maps are at most 1024 characters, values at most 8 MiB.
 * Not thread-safe.
 */
public final class GridBuilder {
  UUID nodeId = UUID.randomUUID();
  String name = "";
  String clusterName = "brink";
  String bindAddress = "127.0.0.1";
  int discoveryPort;
  int communicationPort;
  List<HostPort> seeds = List.of();
  NetworkPreset network = NetworkPreset.LAN;
  @Nullable Path workDirectory;
  Map<String, String> attributes = Map.of();
  Duration startTimeout = Duration.ofSeconds(30);
  Duration writeTimeout = Duration.ofSeconds(5);
  Duration leaveTimeout = Duration.ofSeconds(10);
  Duration retention = Duration.ofHours(24);
  long dataRegionBytes = 64L << 20;
  long keyValueBytes = 256L << 20;
  long localCopyBytes = 32L << 20;
  boolean durable;
  int durableDiscoveryPort;
  int durableCommunicationPort;
  long durableBytes = 128L << 20;
  InstantSource time = InstantSource.system();
  @Nullable SSLContext ssl;

  GridBuilder() {}

  /** The node's id, to be kept over restarts of the node. Default: a random one. */
  public GridBuilder nodeId(UUID nodeId) {
    this.nodeId = requireNonNull(nodeId, "nodeId");
    return this;
  }

  /** The node's name for people, 1 to 128 characters. Default: the first 8 digits of the id. */
  public GridBuilder name(String name) {
    Bounds.length("name", name, 1, 128);
    this.name = name;
    return this;
  }

  /**
   * The cluster's name, 1 to 64 characters; nodes join only those of the same name. Default: {@code
   * brink}.
   */
  public GridBuilder clusterName(String clusterName) {
    Bounds.length("clusterName", clusterName, 1, 64);
    this.clusterName = clusterName;
    return this;
  }

  /**
   * The one address to listen at, which the other members can reach. Default: {@code 127.0.0.1}.
   */
  public GridBuilder bindAddress(String bindAddress) {
    Bounds.length("bindAddress", bindAddress, 1, 255);
    this.bindAddress = bindAddress;
    return this;
  }

  /**
   * The port for discovery (TCP and UDP). Default: 0, any free one, kept until the grid is closed.
   */
  public GridBuilder discoveryPort(int port) {
    this.discoveryPort = Bounds.port("discoveryPort", port);
    return this;
  }

  /**
   * The port for Ignite's messages (TCP). Default: 0, any free one, kept until the grid is closed.
   */
  public GridBuilder communicationPort(int port) {
    this.communicationPort = Bounds.port("communicationPort", port);
    return this;
  }

  /**
   * Discovery addresses of some other nodes, {@code host:port} each ({@code [v6]:port}). Default:
   * none.
   */
  public GridBuilder seeds(Collection<String> seeds) {
    this.seeds = seeds.stream().map(HostPort::parse).distinct().toList();
    return this;
  }

  /**
   * How patient to be with silent members. Default: {@link NetworkPreset#LAN}. Must be the same on
   * all nodes.
   */
  public GridBuilder network(NetworkPreset network) {
    this.network = requireNonNull(network, "network");
    return this;
  }

  /** Where the grid keeps its files; created when missing. Required. */
  public GridBuilder workDirectory(Path workDirectory) {
    this.workDirectory = requireNonNull(workDirectory, "workDirectory");
    return this;
  }

  /**
   * What the other members shall know of this node; 64 at most, fixed once started. Default: none.
   */
  public GridBuilder attributes(Map<String, String> attributes) {
    Bounds.range("attributes", attributes.size(), 0, 64);
    this.attributes = Map.copyOf(attributes);
    return this;
  }

  /**
   * How long {@link #start()} may take; and for how long the durable store, which starts after
   * that, waits for a port that is taken, before it is given up. Default: 30 s.
   */
  public GridBuilder startTimeout(Duration startTimeout) {
    this.startTimeout =
        Bounds.duration(
            "startTimeout", startTimeout, Duration.ofSeconds(1), Duration.ofMinutes(10));
    return this;
  }

  /** How long a write may take until its stage fails. Default: 5 s. */
  public GridBuilder writeTimeout(Duration writeTimeout) {
    this.writeTimeout =
        Bounds.duration(
            "writeTimeout", writeTimeout, Duration.ofMillis(10), Duration.ofMinutes(10));
    return this;
  }

  /**
   * For how long at most {@link Grid#close} waits until other members have all that this one has of
   * namespaces in memory, and for its turn where several leave at once. Default: 10 s; 0 leaves at
   * once, as if it failed.
   */
  public GridBuilder leaveTimeout(Duration leaveTimeout) {
    this.leaveTimeout =
        Bounds.duration("leaveTimeout", leaveTimeout, Duration.ZERO, Duration.ofMinutes(10));
    return this;
  }

  /**
   * How long tombstones and missing members are kept. Default: 24 h. A part split off for longer
   * may revive old keys.
   */
  public GridBuilder retention(Duration retention) {
    this.retention =
        Bounds.duration("retention", retention, Duration.ofSeconds(1), Duration.ofDays(365));
    return this;
  }

  /**
   * Memory for Ignite's copy of the maps, outside the heap. Default: 64 MiB; at least 16 MiB. The
   * maps may hold half of it; another copy of them is on the heap.
   */
  public GridBuilder dataRegionBytes(long bytes) {
    this.dataRegionBytes = Bounds.range("dataRegionBytes", bytes, 16L << 20, 1L << 40);
    return this;
  }

  /**
   * Memory for the values of namespaces in memory, outside the heap, on this node; a store takes no
   * more values when 85 % are in use. Default: 256 MiB; at least 32 MiB. Should be the same on all
   * nodes.
   */
  public GridBuilder keyValueBytes(long bytes) {
    this.keyValueBytes = Bounds.range("keyValueBytes", bytes, 32L << 20, 1L << 42);
    return this;
  }

  /**
   * Heap for copies of small values that this node lately read or wrote, for {@link
   * ReadMode#within}. Default: 32 MiB.
   */
  public GridBuilder localCopyBytes(long bytes) {
    this.localCopyBytes = Bounds.range("localCopyBytes", bytes, 0, 1L << 40);
    return this;
  }

  /**
   * Whether this node keeps durable namespaces, on disk in the work directory, by a second Ignite
   * node. Default: no. Should be the same on all nodes. The JVM has to open {@code
   * java.base/java.io} too: {@code --add-opens=java.base/java.io=ALL-UNNAMED}.
   */
  public GridBuilder durable(boolean durable) {
    this.durable = durable;
    return this;
  }

  /** The port for discovery of the durable store (TCP). Default: 0, any free one. */
  public GridBuilder durableDiscoveryPort(int port) {
    this.durableDiscoveryPort = Bounds.port("durableDiscoveryPort", port);
    return this;
  }

  /** The port for messages of the durable store (TCP). Default: 0, any free one. */
  public GridBuilder durableCommunicationPort(int port) {
    this.durableCommunicationPort = Bounds.port("durableCommunicationPort", port);
    return this;
  }

  /**
   * Memory for pages of the durable store, outside the heap; more is on disk only. Default: 128
   * MiB; at least 64 MiB.
   */
  public GridBuilder durableBytes(long bytes) {
    this.durableBytes = Bounds.range("durableBytes", bytes, 64L << 20, 1L << 42);
    return this;
  }

  /** The time of day, for tests. Default: the system's. */
  public GridBuilder time(InstantSource time) {
    this.time = requireNonNull(time, "time");
    return this;
  }

  /** TLS with certificates on both sides for all connections of Ignite. Default: none. */
  public GridBuilder ssl(SSLContext ssl) {
    this.ssl = requireNonNull(ssl, "ssl");
    return this;
  }

  /**
   * Starts the node and waits until it is in the grid, alone or with others. Unreachable seeds are
   * no error: they are tried again in the background.
   *
   * @throws GridException when the node could not start in time: a port is taken, the directory
   *     cannot be written, the JVM lacks flags
   * @throws IllegalArgumentException when an option is missing or the options don't fit together
   */
  public Grid start() {
    return GridNode.start(this);
  }
}
