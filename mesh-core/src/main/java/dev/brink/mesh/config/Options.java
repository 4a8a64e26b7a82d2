package dev.brink.mesh.config;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;

import dev.brink.cache.policy.Goal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The options a node has: the one place that names them. */
final class Options {
  private static final ValueType<Duration> TIMEOUT = ValueType.duration(ofMillis(1), ofHours(24));
  private static final ValueType<Long> BODY = ValueType.size(0, 1L << 50);
  private static final ValueType<Integer> HEADERS = ValueType.smallSize(256, 1 << 20);

  private static final List<Option<?>> OWN =
      List.of(
          Option.of("node.name", ValueType.NODE_NAME, NodeConfig::name, NodeConfig.Builder::name),
          Option.of(
              "node.labels", ValueType.LABELS, NodeConfig::labels, NodeConfig.Builder::labels),
          Option.of(
              "data-directory",
              ValueType.FILE,
              NodeConfig::dataDirectory,
              NodeConfig.Builder::dataDirectory),
          ingress(
              "bind-address",
              ValueType.HOST_NAME,
              IngressConfig::bindAddress,
              IngressConfig.Builder::bindAddress),
          ingress("port", ValueType.PORT, IngressConfig::port, IngressConfig.Builder::port),
          ingress(
              "tls.certificate",
              ValueType.FILE,
              ingress -> from(ingress.tls(), TlsFiles::certificate),
              IngressConfig.Builder::tlsCertificate),
          ingress(
              "tls.key",
              ValueType.FILE,
              ingress -> from(ingress.tls(), TlsFiles::key),
              IngressConfig.Builder::tlsKey),
          ingress(
              "max-request-line",
              HEADERS,
              IngressConfig::maxRequestLineBytes,
              IngressConfig.Builder::maxRequestLineBytes),
          ingress(
              "max-headers",
              ValueType.integer(1, 10_000),
              IngressConfig::maxHeaders,
              IngressConfig.Builder::maxHeaders),
          ingress(
              "max-header-bytes",
              HEADERS,
              IngressConfig::maxHeaderBytes,
              IngressConfig.Builder::maxHeaderBytes),
          ingress(
              "max-body", BODY, IngressConfig::maxBodyBytes, IngressConfig.Builder::maxBodyBytes),
          ingress(
              "idle-timeout",
              TIMEOUT,
              IngressConfig::idleTimeout,
              IngressConfig.Builder::idleTimeout),
          ingress(
              "header-timeout",
              TIMEOUT,
              IngressConfig::headerTimeout,
              IngressConfig.Builder::headerTimeout),
          ingress(
              "body-timeout",
              TIMEOUT,
              IngressConfig::bodyTimeout,
              IngressConfig.Builder::bodyTimeout),
          ingress(
              "write-timeout",
              TIMEOUT,
              IngressConfig::writeTimeout,
              IngressConfig.Builder::writeTimeout),
          ingress(
              "pipelined-requests",
              ValueType.integer(1, 1000),
              IngressConfig::pipelinedRequests,
              IngressConfig.Builder::pipelinedRequests),
          ingress(
              "http2-streams",
              ValueType.integer(1, 10_000),
              IngressConfig::http2Streams,
              IngressConfig.Builder::http2Streams),
          ingress(
              "http2-resets",
              ValueType.integer(1, 100_000),
              IngressConfig::http2Resets,
              IngressConfig.Builder::http2Resets),
          ingress(
              "max-connections",
              ValueType.integer(1, 1_000_000),
              IngressConfig::maxConnections,
              IngressConfig.Builder::maxConnections),
          admin(
              "bind-address",
              ValueType.HOST_NAME,
              AdminConfig::bindAddress,
              AdminConfig.Builder::bindAddress),
          admin("port", ValueType.PORT, AdminConfig::port, AdminConfig.Builder::port),
          admin("token", ValueType.SECRET, AdminConfig::token, AdminConfig.Builder::token)
              .asSecret(),
          link(
              "bind-address",
              ValueType.HOST_NAME,
              LinkConfig::bindAddress,
              LinkConfig.Builder::bindAddress),
          link("port", ValueType.PORT, LinkConfig::port, LinkConfig.Builder::port),
          link(
              "advertise-address",
              ValueType.ADVERTISED,
              LinkConfig::advertiseAddress,
              LinkConfig.Builder::advertiseAddress),
          grid(
              "bind-address",
              ValueType.HOST_NAME,
              GridConfig::bindAddress,
              GridConfig.Builder::bindAddress),
          grid(
              "discovery-port",
              ValueType.PORT,
              GridConfig::discoveryPort,
              GridConfig.Builder::discoveryPort),
          grid(
              "communication-port",
              ValueType.PORT,
              GridConfig::communicationPort,
              GridConfig.Builder::communicationPort),
          grid("seeds", ValueType.ADDRESSES, GridConfig::seeds, GridConfig.Builder::seeds),
          grid(
              "preset",
              ValueType.oneOf(GridConfig.Preset.class),
              GridConfig::preset,
              GridConfig.Builder::preset),
          grid(
              "start-timeout",
              ValueType.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)),
              GridConfig::startTimeout,
              GridConfig.Builder::startTimeout),
          grid(
              "leave-timeout",
              ValueType.duration(Duration.ZERO, Duration.ofMinutes(10)),
              GridConfig::leaveTimeout,
              GridConfig.Builder::leaveTimeout),
          grid(
              "off-heap",
              ValueType.size(16L << 20, 1L << 40),
              GridConfig::offHeapBytes,
              GridConfig.Builder::offHeapBytes),
          grid(
              "kv-memory",
              ValueType.size(32L << 20, 1L << 42),
              GridConfig::keyValueBytes,
              GridConfig.Builder::keyValueBytes),
          grid(
              "kv-copies",
              ValueType.size(0, 1L << 40),
              GridConfig::localCopyBytes,
              GridConfig.Builder::localCopyBytes),
          grid("durable", ValueType.BOOLEAN, GridConfig::durable, GridConfig.Builder::durable),
          grid(
              "durable-discovery-port",
              ValueType.PORT,
              GridConfig::durableDiscoveryPort,
              GridConfig.Builder::durableDiscoveryPort),
          grid(
              "durable-communication-port",
              ValueType.PORT,
              GridConfig::durableCommunicationPort,
              GridConfig.Builder::durableCommunicationPort),
          Option.of(
              "tls.certificate",
              ValueType.FILE,
              node -> from(node.tls(), MutualTls::certificate),
              NodeConfig.Builder::tlsCertificate),
          Option.of(
              "tls.key",
              ValueType.FILE,
              node -> from(node.tls(), MutualTls::key),
              NodeConfig.Builder::tlsKey),
          Option.of(
              "tls.ca",
              ValueType.FILE,
              node -> from(node.tls(), MutualTls::ca),
              NodeConfig.Builder::tlsCa),
          Option.of(
              "insecure", ValueType.BOOLEAN, NodeConfig::insecure, NodeConfig.Builder::insecure),
          Option.of(
              "cache.memory",
              ValueType.size(64L << 10, 1L << 44),
              node -> node.cache().memoryBytes(),
              (builder, value) -> builder.cache(cache -> cache.memoryBytes(value))),
          Option.of(
              "cache.disk",
              ValueType.sizeOrNone(CacheConfig.LEAST_DISK_BYTES, 1L << 44),
              node -> node.cache().diskBytes(),
              (builder, value) -> builder.cache(cache -> cache.diskBytes(value))),
          Option.of(
              "cache.goal",
              ValueType.oneOf(Goal.class),
              node -> node.cache().goal(),
              (builder, value) -> builder.cache(cache -> cache.goal(value))),
          Option.of(
              "cache.copies-ahead",
              ValueType.BOOLEAN,
              node -> node.cache().copiesAhead(),
              (builder, value) -> builder.cache(cache -> cache.copiesAhead(value))),
          Option.of(
              "origins.body-timeout",
              TIMEOUT,
              node -> node.origins().bodyTimeout(),
              (builder, value) -> builder.origins(origins -> origins.bodyTimeout(value))),
          Option.of(
              "secrets.key-file",
              ValueType.FILE,
              node -> node.secrets().keyFile(),
              (builder, value) -> builder.secrets(secrets -> secrets.keyFile(value))),
          Option.of(
              "shutdown.grace",
              ValueType.duration(Duration.ZERO, ofHours(1)),
              NodeConfig::shutdownGrace,
              NodeConfig.Builder::shutdownGrace),
          log(
              "format",
              ValueType.oneOf(LogConfig.Format.class),
              LogConfig::format,
              LogConfig.Builder::format),
          log(
              "level",
              ValueType.oneOf(LogConfig.Level.class),
              LogConfig::level,
              LogConfig.Builder::level));

  static final List<Option<?>> ALL =
      concat(
          List.of(
              OWN,
              FunctionOptions.ALL,
              WebSocketOptions.ALL,
              RuntimeOptions.ALL,
              PlacementOptions.ALL,
              NearestOptions.ALL));

  private static final Map<String, Option<?>> BY_NAME =
      ALL.stream().collect(Collectors.toUnmodifiableMap(Option::name, Function.identity()));

  static final List<ConfigOption> DESCRIBED = describe();

  static Option<?> named(String name) {
    Option<?> option = BY_NAME.get(name);
    if (option == null) {
      throw new InvalidConfigException(unknown(name));
    }
    return option;
  }

  static @Nullable Option<?> find(String name) {
    return BY_NAME.get(name);
  }

  /** Whether {@code prefix} is an object that holds options. */
  static boolean isSection(String prefix) {
    return ALL.stream().anyMatch(option -> option.name().startsWith(prefix + "."));
  }

  static String unknown(String name) {
    String near = DidYouMean.nearest(name, BY_NAME.keySet());
    return Printable.of(name)
        + ": unknown key (expected: a key of docs/configuration.md)"
        + (near == null ? "" : ", did you mean " + near + "?");
  }

  private static List<Option<?>> concat(List<List<Option<?>>> parts) {
    return parts.stream().<Option<?>>flatMap(List::stream).toList();
  }

  private static List<ConfigOption> describe() {
    NodeConfig defaults = NodeConfig.builder().build();
    return ALL.stream().<ConfigOption>map(option -> option.described(defaults)).toList();
  }

  private static <T> Option<T> ingress(
      String name,
      ValueType<T> type,
      SectionGetter<IngressConfig, T> get,
      BiConsumer<IngressConfig.Builder, T> set) {
    return Option.of(
        "ingress." + name,
        type,
        node -> get.get(node.ingress()),
        (builder, value) -> builder.ingress(section -> set.accept(section, value)));
  }

  private static <T> Option<T> admin(
      String name,
      ValueType<T> type,
      SectionGetter<AdminConfig, T> get,
      BiConsumer<AdminConfig.Builder, T> set) {
    return Option.of(
        "admin." + name,
        type,
        node -> get.get(node.admin()),
        (builder, value) -> builder.admin(section -> set.accept(section, value)));
  }

  private static <T> Option<T> link(
      String name,
      ValueType<T> type,
      SectionGetter<LinkConfig, T> get,
      BiConsumer<LinkConfig.Builder, T> set) {
    return Option.of(
        "link." + name,
        type,
        node -> get.get(node.link()),
        (builder, value) -> builder.link(section -> set.accept(section, value)));
  }

  private static <T> Option<T> grid(
      String name,
      ValueType<T> type,
      SectionGetter<GridConfig, T> get,
      BiConsumer<GridConfig.Builder, T> set) {
    return Option.of(
        "grid." + name,
        type,
        node -> get.get(node.grid()),
        (builder, value) -> builder.grid(section -> set.accept(section, value)));
  }

  private static <T> Option<T> log(
      String name,
      ValueType<T> type,
      SectionGetter<LogConfig, T> get,
      BiConsumer<LogConfig.Builder, T> set) {
    return Option.of(
        "log." + name,
        type,
        node -> get.get(node.log()),
        (builder, value) -> builder.log(section -> set.accept(section, value)));
  }

  private static <T> @Nullable Path from(@Nullable T files, Function<T, Path> get) {
    return files == null ? null : get.apply(files);
  }

  /** Where an option's value is in its section. */
  interface SectionGetter<S, T> {
    @Nullable T get(S section);
  }

  private Options() {}
}
