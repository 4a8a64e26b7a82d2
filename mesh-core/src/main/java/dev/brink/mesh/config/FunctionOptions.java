package dev.brink.mesh.config;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;

import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.placement.warmth.WarmthPolicyKind;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;

/** The options about how functions run, but for their WebSockets and what all may have. */
final class FunctionOptions {
  private static final ValueType<Duration> TIME = ValueType.duration(ofMillis(1), ofHours(24));
  private static final ValueType<Duration> CPU =
      ValueType.duration(ofMillis(1), FunctionSpec.MAX_CPU);
  private static final ValueType<Long> BODY = ValueType.size(0, 1L << 50);

  static final List<Option<?>> ALL =
      List.of(
          functions(
              "lanes",
              ValueType.integer(0, 1024),
              FunctionsConfig::lanes,
              FunctionsConfig.Builder::lanes),
          functions(
              "idle-warm-up",
              ValueType.integer(0, 100_000),
              FunctionsConfig::idleWarmUp,
              FunctionsConfig.Builder::idleWarmUp),
          functions(
              "limits.cpu",
              CPU,
              functions -> functions.limits().cpu(),
              FunctionsConfig.Builder::cpu),
          functions(
              "limits.cpu-burst",
              CPU,
              functions -> functions.limits().cpuBurst(),
              FunctionsConfig.Builder::cpuBurst),
          functions(
              "limits.cpu-max", CPU, FunctionsConfig::cpuMax, FunctionsConfig.Builder::cpuMax),
          functions(
              "limits.wall",
              TIME,
              functions -> functions.limits().wall(),
              FunctionsConfig.Builder::wall),
          functions(
              "limits.memory",
              ValueType.size(1L << 20, 1L << 40),
              functions -> functions.limits().memoryBytes(),
              FunctionsConfig.Builder::memoryBytes),
          functions(
              "limits.request-body",
              BODY,
              functions -> functions.limits().requestBodyBytes(),
              FunctionsConfig.Builder::requestBodyBytes),
          functions(
              "limits.response-body",
              BODY,
              functions -> functions.limits().responseBodyBytes(),
              FunctionsConfig.Builder::responseBodyBytes),
          functions(
              "limits.subrequests",
              ValueType.integer(0, FunctionSpec.MAX_SUBREQUESTS),
              functions -> functions.limits().subrequests(),
              FunctionsConfig.Builder::subrequests),
          functions(
              "limits.concurrency",
              ValueType.integer(1, 100_000),
              functions -> functions.limits().concurrency(),
              FunctionsConfig.Builder::concurrency),
          functions(
              "outbound.public",
              ValueType.BOOLEAN,
              FunctionsConfig::outboundPublic,
              FunctionsConfig.Builder::outboundPublic),
          functions(
              "outbound.allow",
              ValueType.TARGETS,
              FunctionsConfig::outboundAllow,
              FunctionsConfig.Builder::outboundAllow),
          keepAlive(
              "policy",
              ValueType.oneOf(WarmthPolicyKind.class),
              KeepAliveConfig::policy,
              KeepAliveConfig.Builder::policy),
          keepAlive(
              "switching",
              ValueType.BOOLEAN,
              KeepAliveConfig::switching,
              KeepAliveConfig.Builder::switching),
          keepAlive("window", TIME, KeepAliveConfig::window, KeepAliveConfig.Builder::window),
          keepAlive("least", TIME, KeepAliveConfig::least, KeepAliveConfig.Builder::least),
          keepAlive(
              "memory",
              ValueType.size(1, 1L << 40),
              KeepAliveConfig::memoryBytes,
              KeepAliveConfig.Builder::memoryBytes),
          keepAlive(
              "warming-percent",
              ValueType.integer(0, 100),
              KeepAliveConfig::warmingPercent,
              KeepAliveConfig.Builder::warmingPercent),
          keepAlive(
              "cold-price",
              ValueType.integer(1, 1_000_000_000),
              KeepAliveConfig::coldPrice,
              KeepAliveConfig.Builder::coldPrice));

  private static <T> Option<T> functions(
      String name,
      ValueType<T> type,
      Options.SectionGetter<FunctionsConfig, T> get,
      BiConsumer<FunctionsConfig.Builder, T> set) {
    return Option.of(
        "functions." + name,
        type,
        node -> get.get(node.functions()),
        (builder, value) -> builder.functions(section -> set.accept(section, value)));
  }

  private static <T> Option<T> keepAlive(
      String name,
      ValueType<T> type,
      Options.SectionGetter<KeepAliveConfig, T> get,
      BiConsumer<KeepAliveConfig.Builder, T> set) {
    return functions(
        "keep-alive." + name,
        type,
        functions -> get.get(functions.keepAlive()),
        (builder, value) -> builder.keepAlive(section -> set.accept(section, value)));
  }

  private FunctionOptions() {}
}
