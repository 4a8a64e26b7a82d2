package dev.brink.mesh.config;

import java.time.Duration;
import java.util.List;

/**
 * The node's part in the cluster that shares the registry.
 *
 * @param bindAddress where discovery and communication listen
 * @param discoveryPort 0: any free one
 * @param communicationPort 0: any free one
 * @param seeds discovery addresses of nodes to join; empty: starts a mesh of its own
 * @param preset how fast a silent node is given up
 * @param startTimeout how long the grid may take to start until the node's start fails
 * @param leaveTimeout for how long a stop waits until other nodes have what this one has of
 *     namespaces in memory
 * @param offHeapBytes memory for the registry's pages, outside the heap
 * @param keyValueBytes memory for the values of key-value namespaces in memory, outside the heap
 * @param localCopyBytes heap for copies of values that this node lately read or wrote
 * @param durable whether the node keeps durable namespaces
 * @param durableDiscoveryPort of the durable store; 0: any free one
 * @param durableCommunicationPort of the durable store; 0: any free one
 */
public record GridConfig(
    String bindAddress,
    int discoveryPort,
    int communicationPort,
    List<HostPort> seeds,
    Preset preset,
    Duration startTimeout,
    Duration leaveTimeout,
    long offHeapBytes,
    long keyValueBytes,
    long localCopyBytes,
    boolean durable,
    int durableDiscoveryPort,
    int durableCommunicationPort) {
  public GridConfig {
    seeds = List.copyOf(seeds);
  }

  /** Timeouts for a kind of network. */
  public enum Preset {
    /** One machine: a silent node is given up after 1 second. */
    LOCAL,
    /** One site: 3 seconds. */
    LAN,
    /** Several sites: 15 seconds. */
    WAN
  }

  Builder toBuilder() {
    Builder builder = new Builder();
    builder.bindAddress = bindAddress;
    builder.discoveryPort = discoveryPort;
    builder.communicationPort = communicationPort;
    builder.seeds = seeds;
    builder.preset = preset;
    builder.startTimeout = startTimeout;
    builder.leaveTimeout = leaveTimeout;
    builder.offHeapBytes = offHeapBytes;
    builder.keyValueBytes = keyValueBytes;
    builder.localCopyBytes = localCopyBytes;
    builder.durable = durable;
    builder.durableDiscoveryPort = durableDiscoveryPort;
    builder.durableCommunicationPort = durableCommunicationPort;
    return builder;
  }

  /**
   * Defaults: discovery {@code 127.0.0.1:47500}, communication {@code 127.0.0.1:47100}, no seeds,
   * preset {@code lan}, 30 s to start, 10 s to leave, 64 MiB, 256 MiB, 32 MiB; no durable store,
   * its ports {@code 47550} and {@code 47150}.
   */
  public static final class Builder {
    private String bindAddress = "127.0.0.1";
    private int discoveryPort = 47500;
    private int communicationPort = 47100;
    private List<HostPort> seeds = List.of();
    private Preset preset = Preset.LAN;
    private Duration startTimeout = Duration.ofSeconds(30);
    private Duration leaveTimeout = Duration.ofSeconds(10);
    private long offHeapBytes = 64L << 20;
    private long keyValueBytes = 256L << 20;
    private long localCopyBytes = 32L << 20;
    private boolean durable;
    private int durableDiscoveryPort = 47550;
    private int durableCommunicationPort = 47150;

    Builder() {}

    public Builder bindAddress(String address) {
      bindAddress = address;
      return this;
    }

    public Builder discoveryPort(int port) {
      discoveryPort = port;
      return this;
    }

    public Builder communicationPort(int port) {
      communicationPort = port;
      return this;
    }

    public Builder seeds(List<HostPort> addresses) {
      seeds = List.copyOf(addresses);
      return this;
    }

    public Builder preset(Preset newPreset) {
      preset = newPreset;
      return this;
    }

    public Builder startTimeout(Duration timeout) {
      startTimeout = timeout;
      return this;
    }

    public Builder leaveTimeout(Duration timeout) {
      leaveTimeout = timeout;
      return this;
    }

    public Builder offHeapBytes(long bytes) {
      offHeapBytes = bytes;
      return this;
    }

    public Builder keyValueBytes(long bytes) {
      keyValueBytes = bytes;
      return this;
    }

    public Builder localCopyBytes(long bytes) {
      localCopyBytes = bytes;
      return this;
    }

    public Builder durable(boolean keeps) {
      durable = keeps;
      return this;
    }

    public Builder durableDiscoveryPort(int port) {
      durableDiscoveryPort = port;
      return this;
    }

    public Builder durableCommunicationPort(int port) {
      durableCommunicationPort = port;
      return this;
    }

    GridConfig build() {
      return new GridConfig(
          bindAddress,
          discoveryPort,
          communicationPort,
          seeds,
          preset,
          startTimeout,
          leaveTimeout,
          offHeapBytes,
          keyValueBytes,
          localCopyBytes,
          durable,
          durableDiscoveryPort,
          durableCommunicationPort);
    }
  }
}
