package dev.brink.mesh.wire;

import com.google.protobuf.ByteString;
import dev.brink.cache.CachePolicy;
import dev.brink.exec.FunctionLimits;
import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.KeyValueBinding;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.proto.Balance;
import dev.brink.mesh.proto.FunctionCode;
import dev.brink.mesh.proto.FunctionFile;
import dev.brink.mesh.proto.HealthCheck;
import dev.brink.mesh.proto.Isolation;
import dev.brink.mesh.proto.Limits;
import dev.brink.mesh.proto.Manifest;
import dev.brink.mesh.proto.Module;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.proto.OriginServer;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is deployed, as records and as messages. A message's field that is not set stands for the
 * default of {@link FunctionSpec.Builder} or {@link OriginSpec.Builder}; a limit that has its
 * default is not set, so that the node's own defaults hold.
 */
public final class SpecMessages {
  /** A function's manifest. */
  public static Manifest manifest(FunctionSpec spec) {
    Manifest.Builder manifest =
        Manifest.newBuilder()
            .setMain(spec.main())
            .setLimits(limits(spec.limits()))
            .putAllVariables(new TreeMap<>(spec.variables()))
            .putAllServices(new TreeMap<>(spec.services()))
            .putAllKv(new TreeMap<>(toProto(spec.kv())))
            .setIdempotent(spec.idempotent())
            .setPassThrough(spec.passThrough())
            .setEval(spec.eval())
            .setIsolation(
                switch (spec.isolation()) {
                  case SHARED -> Isolation.SHARED;
                  case FRESH -> Isolation.FRESH;
                })
            .addAllSchedule(spec.schedule().stream().map(CronSchedule::expression).toList())
            .addAllSamples(SampleMessages.toProto(spec.samples()));
    if (!spec.placement().equals(FunctionPlacement.DEFAULT)) {
      manifest.setPlacement(PlacementMessages.toProto(spec.placement()));
    }
    CachePolicy cache = spec.cache();
    if (cache != null) {
      manifest.setCache(CacheMessages.settings(cache));
    }
    return manifest.build();
  }

  private static Map<String, dev.brink.mesh.proto.KeyValueBinding> toProto(
      Map<String, KeyValueBinding> namespaces) {
    return namespaces.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    dev.brink.mesh.proto.KeyValueBinding.newBuilder()
                        .setNamespace(entry.getValue().namespace())
                        .setDurable(entry.getValue().durable())
                        .build()));
  }

  private static Map<String, KeyValueBinding> namespaces(
      Map<String, dev.brink.mesh.proto.KeyValueBinding> messages) {
    return messages.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    new KeyValueBinding(
                        entry.getValue().getNamespace(), entry.getValue().getDurable())));
  }

  /** A function's modules, by path. */
  public static List<Module> modules(FunctionSpec spec) {
    return new TreeMap<>(spec.modules())
        .entrySet().stream()
            .map(
                module ->
                    Module.newBuilder()
                        .setPath(module.getKey())
                        .setContent(ByteString.copyFrom(module.getValue()))
                        .build())
            .toList();
  }

  static FunctionCode code(FunctionSpec spec) {
    return FunctionCode.newBuilder()
        .setManifest(manifest(spec))
        .addAllModules(modules(spec))
        .build();
  }

  /** A function from its parts; an empty tenant is the default one. */
  public static FunctionSpec function(
      String tenant, String name, List<String> routes, Manifest manifest, List<Module> modules) {
    Map<String, byte[]> contents = new LinkedHashMap<>();
    for (Module module : modules) {
      if (contents.put(module.getPath(), module.getContent().toByteArray()) != null) {
        throw invalid("modules", module.getPath(), "each path once");
      }
    }
    return new FunctionSpec(
        tenant(tenant),
        name,
        manifest.getMain().isEmpty() ? "main.js" : manifest.getMain(),
        contents,
        routes,
        limits(manifest.getLimits(), FunctionLimits.DEFAULT),
        manifest.getVariablesMap(),
        manifest.getServicesMap(),
        namespaces(manifest.getKvMap()),
        manifest.getIdempotent(),
        PlacementMessages.fromProto(manifest.getPlacement()),
        manifest.hasCache() ? CacheMessages.policy(manifest.getCache()) : null,
        schedule(manifest.getScheduleList()),
        manifest.getPassThrough(),
        manifest.getEval(),
        isolation(manifest.getIsolation()),
        SampleMessages.fromProto(manifest.getSamplesList()));
  }

  /**
   * An isolation from its message.
   *
   * @throws DeploymentException for one that this release does not know
   */
  public static dev.brink.exec.Isolation isolation(Isolation message) {
    return switch (message) {
      case SHARED -> dev.brink.exec.Isolation.SHARED;
      case FRESH -> dev.brink.exec.Isolation.FRESH;
      case UNRECOGNIZED -> throw invalid("isolation", "unknown", "SHARED or FRESH");
    };
  }

  /**
   * Limits as a message, in which a limit that has its default is not set. Processor time that is
   * set is exact.
   */
  public static Limits limits(FunctionLimits limits) {
    FunctionLimits base = FunctionLimits.DEFAULT;
    Limits.Builder message = Limits.newBuilder();
    if (!limits.cpu().equals(base.cpu()) || !limits.cpuBurst().equals(base.cpuBurst())) {
      message.setCpuMs(millis(limits.cpu()));
    }
    if (!limits.wall().equals(base.wall())) {
      message.setWallMs(millis(limits.wall()));
    }
    if (limits.memoryBytes() != base.memoryBytes()) {
      message.setMemoryBytes(limits.memoryBytes());
    }
    if (limits.requestBodyBytes() != base.requestBodyBytes()) {
      message.setRequestBodyBytes(limits.requestBodyBytes());
    }
    if (limits.responseBodyBytes() != base.responseBodyBytes()) {
      message.setResponseBodyBytes(limits.responseBodyBytes());
    }
    if (limits.subrequests() != base.subrequests()) {
      message.setSubrequests(limits.subrequests());
    }
    if (limits.concurrency() != base.concurrency()) {
      message.setConcurrency(limits.concurrency());
    }
    return message.build();
  }

  /**
   * Limits from a message, {@code defaults} where it sets none; processor time that it sets is
   * exact.
   *
   * @throws DeploymentException if one is negative
   */
  public static FunctionLimits limits(Limits message, FunctionLimits defaults) {
    Duration cpu = duration("limits.cpuMs", message.getCpuMs(), defaults.cpu());
    return new FunctionLimits(
        cpu,
        message.getCpuMs() == 0 ? defaults.cpuBurst() : cpu,
        duration("limits.wallMs", message.getWallMs(), defaults.wall()),
        number("limits.memoryBytes", message.getMemoryBytes(), defaults.memoryBytes()),
        number(
            "limits.requestBodyBytes", message.getRequestBodyBytes(), defaults.requestBodyBytes()),
        number(
            "limits.responseBodyBytes",
            message.getResponseBodyBytes(),
            defaults.responseBodyBytes()),
        (int) number("limits.subrequests", message.getSubrequests(), defaults.subrequests()),
        (int) number("limits.concurrency", message.getConcurrency(), defaults.concurrency()));
  }

  /** A pool of origins as a message with every field set. */
  public static OriginPool pool(OriginSpec spec) {
    OriginPool.Builder pool =
        OriginPool.newBuilder()
            .setBalance(balance(spec.balance()))
            .setKeepHost(spec.keepHost())
            .setConnectTimeoutMs(millis(spec.connectTimeout()))
            .setTotalTimeoutMs(millis(spec.totalTimeout()))
            .setEjectAfterFailures(spec.ejectAfterFailures())
            .setRetries(spec.retries())
            .setMaxConnections(spec.maxConnections())
            .setHashOn(spec.hashOn())
            .setSlowStartMs(spec.slowStart().toMillis());
    String host = spec.host();
    if (host != null) {
      pool.setHost(host);
    }
    for (OriginSpec.Server server : spec.servers()) {
      pool.addServers(
          OriginServer.newBuilder()
              .setUrl(server.url().toString())
              .setWeight(server.weight())
              .setTier(server.tier()));
    }
    OriginSpec.HealthCheck check = spec.healthCheck();
    if (check != null) {
      pool.setHealthCheck(
          HealthCheck.newBuilder()
              .setPath(check.path())
              .setIntervalMs(millis(check.interval()))
              .setTimeoutMs(millis(check.timeout()))
              .setHealthyAfter(check.healthyAfter())
              .setUnhealthyAfter(check.unhealthyAfter()));
    }
    CachePolicy cache = spec.cache();
    if (cache != null) {
      pool.setCache(CacheMessages.settings(cache));
    }
    return pool.build();
  }

  /**
   * A pool of origins from its parts; an empty tenant is the default one.
   *
   * @throws DeploymentException for a bad URL or a negative number
   */
  public static OriginSpec origin(
      String tenant, String name, List<String> routes, OriginPool pool) {
    OriginSpec defaults = OriginSpec.builder(name).build();
    OriginSpec.Builder spec =
        OriginSpec.builder(name)
            .tenant(tenant(tenant))
            .routes(routes)
            .balance(balance(pool))
            .keepHost(pool.getKeepHost())
            .connectTimeout(
                duration(
                    "origin.connectTimeoutMs",
                    pool.getConnectTimeoutMs(),
                    defaults.connectTimeout()))
            .totalTimeout(
                duration(
                    "origin.totalTimeoutMs", pool.getTotalTimeoutMs(), defaults.totalTimeout()))
            .ejectAfterFailures(
                (int)
                    number(
                        "origin.ejectAfterFailures",
                        pool.getEjectAfterFailures(),
                        defaults.ejectAfterFailures()))
            .retries((int) number("origin.retries", pool.getRetries(), 0))
            .maxConnections(
                (int)
                    number(
                        "origin.maxConnections",
                        pool.getMaxConnections(),
                        defaults.maxConnections()))
            .slowStart(duration("origin.slowStartMs", pool.getSlowStartMs(), defaults.slowStart()));
    if (!pool.getHashOn().isEmpty()) {
      spec.hashOn(pool.getHashOn());
    }
    if (!pool.hasRetries()) {
      spec.retries(defaults.retries());
    }
    if (pool.hasCache()) {
      spec.cache(CacheMessages.policy(pool.getCache()));
    }
    if (!pool.getHost().isEmpty()) {
      spec.host(pool.getHost());
    }
    for (OriginServer server : pool.getServersList()) {
      spec.server(
          url(server.getUrl()),
          (int) number("origin.servers.weight", server.getWeight(), 1),
          (int) number("origin.servers.tier", server.getTier(), 0));
    }
    if (!pool.getHealthCheck().getPath().isEmpty()) {
      spec.healthCheck(healthCheck(pool.getHealthCheck()));
    }
    return spec.build();
  }

  private static Balance balance(OriginSpec.Balance balance) {
    return switch (balance) {
      case ROUND_ROBIN -> Balance.ROUND_ROBIN;
      case LEAST_REQUESTS -> Balance.LEAST_REQUESTS;
      case RANDOM -> Balance.RANDOM;
      case TWO_CHOICES -> Balance.TWO_CHOICES;
      case PEAK_EWMA -> Balance.PEAK_EWMA;
      case LOWEST_RTT -> Balance.LOWEST_RTT;
      case IP_HASH -> Balance.IP_HASH;
      case CONSISTENT_HASH -> Balance.CONSISTENT_HASH;
    };
  }

  private static OriginSpec.Balance balance(OriginPool pool) {
    return switch (pool.getBalance()) {
      case ROUND_ROBIN -> OriginSpec.Balance.ROUND_ROBIN;
      case LEAST_REQUESTS -> OriginSpec.Balance.LEAST_REQUESTS;
      case RANDOM -> OriginSpec.Balance.RANDOM;
      case TWO_CHOICES -> OriginSpec.Balance.TWO_CHOICES;
      case PEAK_EWMA -> OriginSpec.Balance.PEAK_EWMA;
      case LOWEST_RTT -> OriginSpec.Balance.LOWEST_RTT;
      case IP_HASH -> OriginSpec.Balance.IP_HASH;
      case CONSISTENT_HASH -> OriginSpec.Balance.CONSISTENT_HASH;
      case UNRECOGNIZED ->
          throw invalid(
              "origin.balance",
              String.valueOf(pool.getBalanceValue()),
              Arrays.stream(OriginSpec.Balance.values())
                  .map(Enum::name)
                  .collect(Collectors.joining(", ")));
    };
  }

  /**
   * What a {@code brink.json} and the files beside it say.
   *
   * @param folderName the name when the file gives none
   * @param modules the files by path
   */
  public static DeploymentSpec spec(
      FunctionFile file, String folderName, Map<String, byte[]> modules) {
    String name = file.getName().isEmpty() ? folderName : file.getName();
    if (file.hasOrigin()) {
      if (!file.getMain().isEmpty()) {
        throw invalid("main", file.getMain(), "either main or origin");
      }
      return origin(file.getTenant(), name, file.getRoutesList(), file.getOrigin());
    }
    return new FunctionSpec(
        tenant(file.getTenant()),
        name,
        file.getMain().isEmpty() ? "main.js" : file.getMain(),
        modules,
        file.getRoutesList(),
        limits(file.getLimits(), FunctionLimits.DEFAULT),
        file.getVariablesMap(),
        file.getServicesMap(),
        namespaces(file.getKvMap()),
        file.getIdempotent(),
        PlacementMessages.fromProto(file.getPlacement()),
        file.hasCache() ? CacheMessages.policy(file.getCache()) : null,
        schedule(file.getScheduleList()),
        file.getPassThrough(),
        file.getEval(),
        isolation(file.getIsolation()),
        SampleMessages.fromProto(file.getSamplesList()));
  }

  private static List<CronSchedule> schedule(List<String> expressions) {
    try {
      return expressions.stream().map(CronSchedule::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new DeploymentException("invalid-deployment", String.valueOf(e.getMessage()), false);
    }
  }

  static DeploymentException invalid(String name, String value, String expected) {
    return new DeploymentException(
        "invalid-deployment", name + ": " + value + " (expected: " + expected + ")", false);
  }

  static String tenant(String name) {
    return name.isEmpty() ? DeploymentSpec.DEFAULT_TENANT : name;
  }

  private static OriginSpec.HealthCheck healthCheck(HealthCheck message) {
    OriginSpec.HealthCheck defaults = OriginSpec.HealthCheck.of(message.getPath());
    return new OriginSpec.HealthCheck(
        message.getPath(),
        duration("origin.healthCheck.intervalMs", message.getIntervalMs(), defaults.interval()),
        duration("origin.healthCheck.timeoutMs", message.getTimeoutMs(), defaults.timeout()),
        (int)
            number(
                "origin.healthCheck.healthyAfter",
                message.getHealthyAfter(),
                defaults.healthyAfter()),
        (int)
            number(
                "origin.healthCheck.unhealthyAfter",
                message.getUnhealthyAfter(),
                defaults.unhealthyAfter()));
  }

  private static URI url(String text) {
    try {
      URI url = new URI(text);
      boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      if (http && url.getHost() != null) {
        return url;
      }
    } catch (URISyntaxException _) {
      // Refused below, as any other bad URL.
    }
    throw invalid("origin.servers.url", text, "http://host:port or https://host:port");
  }

  private static long millis(Duration duration) {
    return Math.max(1, duration.toMillis());
  }

  private static Duration duration(String name, long millis, Duration defaultValue) {
    return Duration.ofMillis(number(name, millis, defaultValue.toMillis()));
  }

  private static long number(String name, long value, long defaultValue) {
    if (value < 0) {
      throw invalid(name, String.valueOf(value), "more than 0, or nothing for the default");
    }
    return value == 0 ? defaultValue : value;
  }

  private SpecMessages() {}
}
