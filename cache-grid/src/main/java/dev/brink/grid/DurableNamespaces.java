package dev.brink.grid;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The durable store and the namespaces on it. */
record DurableNamespaces(DurableStore store, KeyValueEngine engine) implements AutoCloseable {
  /** The ports that it takes, if it is wanted; its discovery needs no UDP port. */
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
    return ports;
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
