package dev.brink.mesh.config;

import dev.brink.exec.RuntimeLimits;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** The options about what all functions of a node together may have. */
final class RuntimeOptions {
  private static final ValueType<Integer> COUNT = ValueType.integer(1, 1_000_000);

  static final List<Option<?>> ALL =
      List.of(
          option("queue", COUNT, RuntimeLimits::queued, RuntimeLimits.Builder::queued),
          option(
              "queue-per-tenant",
              COUNT,
              RuntimeLimits::queuedPerOwner,
              RuntimeLimits.Builder::queuedPerOwner),
          option("unfinished", COUNT, RuntimeLimits::unfinished, RuntimeLimits.Builder::unfinished),
          option(
              "unfinished-per-tenant",
              COUNT,
              RuntimeLimits::unfinishedPerOwner,
              RuntimeLimits.Builder::unfinishedPerOwner),
          option("instances", COUNT, RuntimeLimits::instances, RuntimeLimits.Builder::instances),
          option(
              "instances-per-tenant",
              COUNT,
              RuntimeLimits::instancesPerOwner,
              RuntimeLimits.Builder::instancesPerOwner),
          option(
              "recycle-after",
              ValueType.duration(Duration.ofSeconds(1), Duration.ofDays(365)),
              RuntimeLimits::recycleAfter,
              RuntimeLimits.Builder::recycleAfter),
          option(
              "recycle-runs",
              ValueType.integer(1, Integer.MAX_VALUE),
              RuntimeLimits::recycleRuns,
              RuntimeLimits.Builder::recycleRuns),
          option(
              "heap-percent",
              ValueType.integer(10, 100),
              RuntimeLimits::heapPercent,
              RuntimeLimits.Builder::heapPercent),
          option(
              "stuck-threads",
              ValueType.integer(0, 1_024),
              RuntimeLimits::stuckThreads,
              RuntimeLimits.Builder::stuckThreads));

  private static <T> Option<T> option(
      String name,
      ValueType<T> type,
      Function<RuntimeLimits, T> get,
      BiConsumer<RuntimeLimits.Builder, T> set) {
    return Option.of(
        "functions." + name,
        type,
        node -> get.apply(node.functions().runtime()),
        (builder, value) ->
            builder.functions(
                functions -> functions.runtime(runtime -> set.accept(runtime, value))));
  }

  private RuntimeOptions() {}
}
