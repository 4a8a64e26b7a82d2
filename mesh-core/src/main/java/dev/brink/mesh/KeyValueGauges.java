package dev.brink.mesh;

import dev.brink.grid.Grid;
import dev.brink.grid.KeyValueStats;
import dev.brink.mesh.kv.WatchPlaces;
import dev.brink.mesh.metrics.NodeMetrics;
import java.util.Locale;
import java.util.function.ToLongFunction;

/** What key-value calls do on this node, as metrics. */
final class KeyValueGauges {
  static void register(NodeMetrics metrics, Grid grid, WatchPlaces watches) {
    register(metrics, watches);
    counter(metrics, grid, "reads", "Values asked for", KeyValueStats::reads);
    counter(
        metrics,
        grid,
        "reads.local",
        "Values answered from this process's memory",
        KeyValueStats::localReads);
    counter(metrics, grid, "writes", "Writes begun", KeyValueStats::writes);
    counter(metrics, grid, "lists", "Pages of keys listed", KeyValueStats::lists);
    counter(
        metrics, grid, "failures", "Calls that failed or were refused", KeyValueStats::failures);
    gauge(metrics, grid, "pending", "Calls on their way now", KeyValueStats::pending);
    metrics.gauge(
        "brink.kv.durable.ready",
        "1 while durable namespaces can be used, else 0",
        () -> grid.durableReady() ? 1 : 0);
    gauge(
        metrics,
        grid,
        "used.bytes",
        "Memory in use for namespaces in memory, on this node",
        KeyValueStats::usedBytes);
    gauge(
        metrics,
        grid,
        "index.bytes",
        "Heap that indexes of keys take on this node, about",
        KeyValueStats::indexBytes);
  }

  private static void register(NodeMetrics metrics, WatchPlaces watches) {
    metrics.gauge("brink.kv.watches", "Watches of functions that are open here", watches::open);
    for (WatchPlaces.Limit limit : WatchPlaces.Limit.values()) {
      metrics.counter(
          "brink.kv.watches.refused",
          "Watches of functions that were not opened, by the limit in the way",
          "limit",
          limit.name().toLowerCase(Locale.ROOT),
          () -> watches.refused(limit));
    }
    metrics.counter(
        "brink.kv.watches.missed",
        "How often a watch of a function missed changes, or may have",
        watches::missed);
  }

  private static void gauge(
      NodeMetrics metrics,
      Grid grid,
      String name,
      String help,
      ToLongFunction<KeyValueStats> value) {
    metrics.gauge("brink.kv." + name, help, () -> value.applyAsLong(grid.keyValueStats()));
  }

  private static void counter(
      NodeMetrics metrics,
      Grid grid,
      String name,
      String help,
      ToLongFunction<KeyValueStats> value) {
    metrics.counter("brink.kv." + name, help, () -> value.applyAsLong(grid.keyValueStats()));
  }

  private KeyValueGauges() {}
}
