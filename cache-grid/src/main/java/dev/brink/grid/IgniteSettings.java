package dev.brink.grid;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import javax.management.MBeanServerFactory;
import javax.net.ssl.SSLContext;
import org.apache.ignite.IgniteSystemProperties;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheRebalanceMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.events.Event;
import org.apache.ignite.events.EventType;
import org.apache.ignite.failure.FailureHandler;
import org.apache.ignite.lang.IgnitePredicate;
import org.apache.ignite.plugin.segmentation.SegmentationPolicy;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.apache.ignite.spi.metric.noop.NoopMetricExporterSpi;
import org.jspecify.annotations.Nullable;

/** Builds Ignite's configuration, a fresh one for each start. */
record IgniteSettings(
    UUID nodeId,
    String name,
    String cluster,
    Map<String, String> attributes,
    String bindAddress,
    int discoveryPort,
    int communicationPort,
    NetworkPreset network,
    Path workDirectory,
    long dataRegionBytes,
    long keyValueBytes,
    @Nullable HostPort durable,
    @Nullable SSLContext ssl) {
  static final String CACHE = "brink";

  /**
   * A thread of Ignite's that finds a connection reset sleeps for a second before it closes it, and
   * moves nothing meanwhile: with one thread a killed node held all others up for that long.
   */
  private static final int SELECTORS = 4;

  static final String ATTRIBUTE_CLUSTER = "brink.cluster";
  static final String ATTRIBUTE_ID = "brink.id";
  static final String ATTRIBUTE_NAME = "brink.name";
  static final String ATTRIBUTE_HOST = "brink.host";
  static final String ATTRIBUTE_PORT = "brink.port";
  static final String ATTRIBUTE_DURABLE = "brink.durable";
  static final String ATTRIBUTE_PREFIX = "brink.attribute.";

  static final int MIN_BYTES = 10 << 20;
  private static final int PARTITIONS = 32;
  private static final int SEND_QUEUE = 1024;
  private static final int RECONNECT_MILLIS = 200;

  /**
   * Tells Ignite, before its first class is loaded, to be quiet; what the JVM was started with
   * stays.
   */
  static void quieten() {
    Map.of(
            IgniteSystemProperties.IGNITE_QUIET, "true",
            IgniteSystemProperties.IGNITE_NO_ASCII, "true",
            IgniteSystemProperties.IGNITE_UPDATE_NOTIFIER, "false",
            IgniteSystemProperties.IGNITE_NO_SHUTDOWN_HOOK, "true",
            IgniteSystemProperties.IGNITE_PERFORMANCE_SUGGESTIONS_DISABLED, "true",
            IgniteSystemProperties.IGNITE_DUMP_THREADS_ON_FAILURE, "false")
        .forEach(
            (key, value) -> {
              if (System.getProperty(key) == null) {
                System.setProperty(key, value);
              }
            });
  }

  /**
   * Waits until Ignite's ports can be bound: one that was left behind gives them back late.
   *
   * @throws PortTakenException when they can't be within this time
   */
  void awaitPorts(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    Ports.awaitFree("discoveryPort", bindAddress, discoveryPort, end);
    Ports.awaitFree("communicationPort", bindAddress, communicationPort, end);
  }

  IgniteConfiguration configuration(
      UUID session,
      TcpDiscoverySpi discovery,
      FailureHandler failures,
      Slf4jIgniteLogger log,
      Runnable onTopologyChange) {
    IgniteConfiguration configuration = new IgniteConfiguration();
    configuration.setIgniteInstanceName("brink-" + session);
    setNodeId(configuration, session);
    configuration.setConsistentId(nodeId.toString());
    configuration.setUserAttributes(userAttributes());
    configuration.setLocalHost(bindAddress);
    configuration.setWorkDirectory(workDirectory.resolve("ignite").toAbsolutePath().toString());
    configuration.setDiscoverySpi(discovery(discovery));
    configuration.setCommunicationSpi(communication(communicationPort));
    configuration.setFailureDetectionTimeout(network.failureDetection().toMillis());
    configuration.setMetricsUpdateFrequency(network.failureDetection().toMillis() / 2);
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
    configuration.setCacheConfiguration(caches());
    configuration.setIndexingSpi(new KeyIndexes());
    configuration.setLocalEventListeners(listeners(onTopologyChange));
    secure(configuration);
    smallPools(configuration);
    return configuration;
  }

  void secure(IgniteConfiguration configuration) {
    if (ssl != null) {
      SSLContext context = ssl;
      configuration.setSslContextFactory(() -> context);
    }
  }

  @SuppressWarnings(
      "deprecation") // the only way to know the id before the start, which the beacon needs
  private static void setNodeId(IgniteConfiguration configuration, UUID session) {
    configuration.setNodeId(session);
  }

  private Map<String, String> userAttributes() {
    Map<String, String> all = new HashMap<>();
    attributes.forEach((key, value) -> all.put(ATTRIBUTE_PREFIX + key, value));
    all.put(ATTRIBUTE_CLUSTER, cluster);
    all.put(ATTRIBUTE_ID, nodeId.toString());
    all.put(ATTRIBUTE_NAME, name);
    all.put(ATTRIBUTE_HOST, bindAddress);
    all.put(ATTRIBUTE_PORT, Integer.toString(discoveryPort));
    if (durable != null) {
      all.put(ATTRIBUTE_DURABLE, durable.toString());
    }
    return all;
  }

  private TcpDiscoverySpi discovery(TcpDiscoverySpi discovery) {
    TcpDiscoveryVmIpFinder self = new TcpDiscoveryVmIpFinder();
    self.registerAddresses(List.of(new InetSocketAddress(bindAddress, discoveryPort)));
    discovery.setIpFinder(self);
    discovery.setLocalAddress(bindAddress);
    discovery.setLocalPort(discoveryPort);
    discovery.setLocalPortRange(0);
    discovery.setReconnectDelay(RECONNECT_MILLIS);
    discovery.setConnectionRecoveryTimeout(network.failureDetection().toMillis());
    return discovery;
  }

  TcpCommunicationSpi communication(int port) {
    TcpCommunicationSpi communication = new TcpCommunicationSpi();
    communication.setLocalAddress(bindAddress);
    communication.setLocalPort(port);
    communication.setLocalPortRange(0);
    communication.setSelectorsCount(SELECTORS);
    communication.setConnectionsPerNode(1);
    communication.setMessageQueueLimit(SEND_QUEUE);
    return communication;
  }

  private DataStorageConfiguration storage() {
    DataStorageConfiguration storage = new DataStorageConfiguration();
    storage.setDefaultDataRegionConfiguration(
        new DataRegionConfiguration()
            .setName("maps")
            .setPersistenceEnabled(false)
            .setInitialSize(MIN_BYTES)
            .setMaxSize(dataRegionBytes));
    storage.setDataRegionConfigurations(
        new DataRegionConfiguration()
            .setName(KeyValueCaches.MEMORY)
            .setPersistenceEnabled(false)
            .setMetricsEnabled(true)
            .setInitialSize(MIN_BYTES)
            .setMaxSize(keyValueBytes));
    storage.getSystemDataRegionConfiguration().setInitialSize(MIN_BYTES).setMaxSize(2 * MIN_BYTES);
    return storage;
  }

  private static CacheConfiguration<?, ?>[] caches() {
    CacheConfiguration<?, ?>[] namespaces =
        KeyValueCaches.configurations(KeyValueCaches.MEMORY, PartitionLossPolicy.IGNORE, null);
    return Stream.concat(Stream.of(cache(), Departure.cache()), Stream.of(namespaces))
        .toArray(CacheConfiguration<?, ?>[]::new);
  }

  private static CacheConfiguration<String, byte[]> cache() {
    return new CacheConfiguration<String, byte[]>(CACHE)
        .setCacheMode(CacheMode.REPLICATED)
        .setAtomicityMode(CacheAtomicityMode.ATOMIC)
        .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
        .setRebalanceMode(CacheRebalanceMode.SYNC)
        .setAffinity(new RendezvousAffinityFunction(false, PARTITIONS))
        .setReadFromBackup(false)
        .setEagerTtl(false);
  }

  private static Map<IgnitePredicate<? extends Event>, int[]> listeners(Runnable onTopologyChange) {
    IgnitePredicate<Event> listener =
        event -> {
          onTopologyChange.run();
          return true;
        };
    return Map.of(
        listener,
        new int[] {EventType.EVT_NODE_JOINED, EventType.EVT_NODE_LEFT, EventType.EVT_NODE_FAILED});
  }

  static void smallPools(IgniteConfiguration configuration) {
    configuration.setPublicThreadPoolSize(1);
    configuration.setSystemThreadPoolSize(2);
    configuration.setStripedPoolSize(2);
    configuration.setServiceThreadPoolSize(1);
    configuration.setManagementThreadPoolSize(1);
    configuration.setPeerClassLoadingThreadPoolSize(1);
    configuration.setDataStreamerThreadPoolSize(1);
    configuration.setAsyncCallbackPoolSize(1);
    configuration.setQueryThreadPoolSize(1);
    configuration.setRebalanceThreadPoolSize(1);
    configuration.setBuildIndexThreadPoolSize(1);
    configuration.setSnapshotThreadPoolSize(1);
  }
}
