package dev.brink.grid;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import javax.management.MBeanServerFactory;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.configuration.WALMode;
import org.apache.ignite.failure.FailureHandler;
import org.apache.ignite.plugin.segmentation.SegmentationPolicy;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.apache.ignite.spi.metric.noop.NoopMetricExporterSpi;

/** Builds the configuration of the Ignite node that keeps durable namespaces on disk. */
record DurableSettings(
    IgniteSettings base, int discoveryPort, int communicationPort, long memoryBytes) {
  /** The store on disk, and its data region. */
  static final String STORE = "kvd";

  private static final int WAL_SEGMENT_BYTES = 16 << 20;
  private static final int WAL_SEGMENTS = 4;

  /** What a start wants on the disk, lest it fail at once: a segment, and a checkpoint. */
  static final long LEAST_ROOM_BYTES = 2L * WAL_SEGMENT_BYTES;

  private static final long CHECKPOINT_BUFFER_BYTES = 32L << 20;
  private static final int JOIN_MILLIS = 20_000;

  Path directory() {
    return base.workDirectory().resolve("durable").toAbsolutePath();
  }

  /** Of its write-ahead log. */
  Path logDirectory() {
    return directory().resolve("wal");
  }

  /**
   * Waits until the ports can be bound.
   *
   * @throws PortTakenException when they can't be within this time
   */
  void awaitPorts(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    Ports.awaitFree("durableDiscoveryPort", base.bindAddress(), discoveryPort, end);
    Ports.awaitFree("durableCommunicationPort", base.bindAddress(), communicationPort, end);
  }

  /**
   * A fresh configuration.
   *
   * @param addresses asked for the discovery addresses of the others
   */
  IgniteConfiguration configuration(
      String instance,
      Supplier<Collection<InetSocketAddress>> addresses,
      FailureHandler failures,
      Slf4jIgniteLogger log) {
    IgniteConfiguration configuration = new IgniteConfiguration();
    configuration.setIgniteInstanceName(instance);
    configuration.setConsistentId(base.nodeId().toString());
    configuration.setLocalHost(base.bindAddress());
    configuration.setWorkDirectory(directory().resolve("work").toString());
    configuration.setDiscoverySpi(discovery(addresses));
    configuration.setCommunicationSpi(base.communication(communicationPort));
    configuration.setFailureDetectionTimeout(base.network().failureDetection().toMillis());
    configuration.setMetricsUpdateFrequency(base.network().failureDetection().toMillis() / 2);
    configuration.setFailureHandler(failures);
    configuration.setSegmentationPolicy(SegmentationPolicy.USE_FAILURE_HANDLER);
    configuration.setGridLogger(log);
    configuration.setMetricsLogFrequency(0);
    configuration.setPeerClassLoadingEnabled(false);
    configuration.setMetricExporterSpi(new NoopMetricExporterSpi());
    configuration.setMBeanServer(MBeanServerFactory.newMBeanServer());
    configuration.setClientConnectorConfiguration(null);
    configuration.setConnectorConfiguration(null);
    configuration.setDataStorageConfiguration(storage());
    configuration.setCacheConfiguration(
        KeyValueCaches.configurations(
            STORE, PartitionLossPolicy.READ_WRITE_SAFE, new DurableMajority()));
    configuration.setIndexingSpi(new KeyIndexes());
    base.secure(configuration);
    IgniteSettings.smallPools(configuration);
    return configuration;
  }

  private TcpDiscoverySpi discovery(Supplier<Collection<InetSocketAddress>> addresses) {
    TcpDiscoveryVmIpFinder self = new TcpDiscoveryVmIpFinder();
    self.registerAddresses(List.of(new InetSocketAddress(base.bindAddress(), discoveryPort)));
    TcpDiscoverySpi discovery = new FollowingDiscoverySpi(addresses);
    discovery.setIpFinder(self);
    discovery.setLocalAddress(base.bindAddress());
    discovery.setLocalPort(discoveryPort);
    discovery.setLocalPortRange(0);
    discovery.setJoinTimeout(JOIN_MILLIS);
    discovery.setConnectionRecoveryTimeout(base.network().failureDetection().toMillis());
    return discovery;
  }

  /** A write is in the operating system's hands before it is acknowledged: it survives a kill. */
  private DataStorageConfiguration storage() {
    DataStorageConfiguration storage = new DataStorageConfiguration();
    storage.setStoragePath(directory().resolve("pages").toString());
    storage.setWalPath(logDirectory().toString());
    storage.setWalArchivePath(logDirectory().toString());
    storage.setWalMode(WALMode.LOG_ONLY);
    storage.setWalSegmentSize(WAL_SEGMENT_BYTES);
    storage.setWalSegments(WAL_SEGMENTS);
    storage.setDefaultDataRegionConfiguration(
        new DataRegionConfiguration()
            .setName("none")
            .setPersistenceEnabled(false)
            .setInitialSize(IgniteSettings.MIN_BYTES)
            .setMaxSize(2L * IgniteSettings.MIN_BYTES));
    storage.setDataRegionConfigurations(
        new DataRegionConfiguration()
            .setName(STORE)
            .setPersistenceEnabled(true)
            .setMetricsEnabled(true)
            .setCheckpointPageBufferSize(CHECKPOINT_BUFFER_BYTES)
            .setInitialSize(IgniteSettings.MIN_BYTES)
            .setMaxSize(memoryBytes));
    storage
        .getSystemDataRegionConfiguration()
        .setInitialSize(IgniteSettings.MIN_BYTES)
        .setMaxSize(4L * IgniteSettings.MIN_BYTES);
    return storage;
  }

  /** Discovery that asks for the others' addresses each time anew. */
  private static final class FollowingDiscoverySpi extends TcpDiscoverySpi {
    private final Supplier<Collection<InetSocketAddress>> addresses;

    FollowingDiscoverySpi(Supplier<Collection<InetSocketAddress>> addresses) {
      this.addresses = addresses;
    }

    @Override
    protected Collection<InetSocketAddress> resolvedAddresses() {
      return addresses.get();
    }
  }
}
