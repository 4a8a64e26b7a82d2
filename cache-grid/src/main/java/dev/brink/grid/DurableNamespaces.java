package dev.brink.grid;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The durable store and the namespaces on it. */
record DurableNamespaces(DurableStore store, KeyValueEngine engine) implements AutoCloseable {
  /**
   * The ports that it takes, if it is wanted; its discovery needs no UDP port.
   *
   * @throws PortTakenException when one of them cannot be bound
   */
  static @Nullable Ports ports(GridBuilder options) {
    if (!options.durable) {
      return null;
    }
    Ports ports =
        Ports.take(
            "durableDiscoveryPort",
            options.bindAddress,
            options.durableDiscoveryPort,
            options.durableCommunicationPort);
    ports.beacon().close();
    awaitOthers(options, ports.communication());
    return ports;
  }

  private static void awaitOthers(GridBuilder options, int communicationPort) {
    long end = System.nanoTime() + Ports.othersWait(options.startTimeout).toNanos();
    try {
      Ports.awaitFree("durableCommunicationPort", options.bindAddress, communicationPort, end);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GridException("interrupted while the grid started", e);
    }
  }

  static DurableNamespaces of(
      DurableSettings settings,
      HostPort self,
      Status status,
      GridBuilder options,
      HybridClock clock) {
    AtomicReference<@Nullable KeyValueEngine> engine = new AtomicReference<>();
    DurableStore store =
        new DurableStore(
            settings,
            self,
            status,
            options.retention,
            options.startTimeout,
            caches -> {
              KeyValueEngine started = engine.get();
              if (started != null) {
                started.resumed(caches);
              }
            });
    KeyValueEngine made =
        new KeyValueEngine(
            DurableSettings.STORE,
            store,
            clock,
            options.time,
            options.localCopyBytes,
            Long.MAX_VALUE);
    engine.set(made);
    return new DurableNamespaces(store, made);
  }

  @Override
  public void close() {
    engine.close();
    store.close();
  }
}
