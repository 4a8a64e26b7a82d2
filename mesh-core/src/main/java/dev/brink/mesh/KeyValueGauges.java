package dev.brink.mesh;

import dev.brink.grid.Grid;
import dev.brink.grid.KeyValueStats;
import dev.brink.mesh.metrics.NodeMetrics;
import java.util.function.ToLongFunction;

/** What key-value calls do on this node, as metrics. */
final class KeyValueGauges {
  static void register(NodeMetrics metrics, Grid grid) {
    gauge(metrics, grid, "reads", "Values asked for since the start", KeyValueStats::reads);
    gauge(
        metrics,
        grid,
        "reads.local",
        "Values answered from this process's memory since the start",
        KeyValueStats::localReads);
    gauge(metrics, grid, "writes", "Writes begun since the start", KeyValueStats::writes);
    gauge(metrics, grid, "lists", "Pages of keys listed since the start", KeyValueStats::lists);
    gauge(
        metrics,
        grid,
        "failures",
        "Calls that failed or were refused since the start",
        KeyValueStats::failures);
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
  }

  private static void gauge(
      NodeMetrics metrics,
      Grid grid,
      String name,
      String help,
      ToLongFunction<KeyValueStats> value) {
    metrics.gauge("brink.kv." + name, help, () -> value.applyAsLong(grid.keyValueStats()));
  }

  private KeyValueGauges() {}
}
