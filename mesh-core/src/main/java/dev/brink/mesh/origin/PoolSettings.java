package dev.brink.mesh.origin;

import dev.brink.mesh.proto.HealthCheck;
import dev.brink.mesh.proto.OriginServer;
import dev.brink.placement.origin.BalancingPolicy;
import dev.brink.placement.origin.HealthSettings;
import dev.brink.placement.origin.OriginSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A pool's definition with the defaults filled in.
 *
 * @param addresses beside {@code specs}, in the same order
 * @param host replaces the {@code Host} header; empty for none
 */
record PoolSettings(
    List<OriginSpec> specs,
    List<ServerAddress> addresses,
    BalancingPolicy policy,
    boolean keepHost,
    String host,
    int connectTimeoutMillis,
    long totalTimeoutNanos,
    Check check,
    int ejectAfterFailures,
    int retries,
    int maxConnections,
    HashOn hashOn,
    long slowStartMillis) {

  private static final long MAX_MILLIS = Duration.ofDays(1).toMillis();

  /**
   * When and how a server is checked.
   *
   * @param path empty for no active check
   */
  record Check(
      String path, long intervalNanos, int timeoutMillis, int healthyAfter, int unhealthyAfter) {
    boolean active() {
      return !path.isEmpty();
    }
  }

  /**
   * @throws IllegalArgumentException when a value is out of its range
   */
  static PoolSettings of(dev.brink.mesh.proto.OriginPool pool) {
    var specs = new ArrayList<OriginSpec>();
    var addresses = new ArrayList<ServerAddress>();
    for (OriginServer server : pool.getServersList()) {
      ServerAddress address = ServerAddress.parse(server.getUrl());
      if (addresses.stream().anyMatch(other -> other.id().equals(address.id()))) {
        throw new IllegalArgumentException(
            "servers: " + address.id() + " (expected: each server once)");
      }
      addresses.add(address);
      specs.add(
          new OriginSpec(
              address.id(), server.getWeight() == 0 ? 1 : server.getWeight(), server.getTier()));
    }
    if (specs.isEmpty()) {
      throw new IllegalArgumentException("servers: [] (expected: at least one)");
    }
    if (!RequestHead.isValue(pool.getHost())) {
      throw new IllegalArgumentException("host: " + pool.getHost() + " (expected: host[:port])");
    }
    return new PoolSettings(
        List.copyOf(specs),
        List.copyOf(addresses),
        policy(pool),
        pool.getKeepHost(),
        pool.getHost(),
        (int) millis("connect_timeout_ms", pool.getConnectTimeoutMs(), 2_000),
        millis("total_timeout_ms", pool.getTotalTimeoutMs(), 30_000) * 1_000_000,
        check(pool.getHealthCheck()),
        count("eject_after_failures", pool.getEjectAfterFailures(), 5),
        pool.getRetries() == -1 ? 0 : count("retries", pool.getRetries(), 2),
        count("max_connections", pool.getMaxConnections(), 256),
        HashOn.parse(pool.getHashOn()),
        millis("slow_start_ms", pool.getSlowStartMs(), 0));
  }

  private static BalancingPolicy policy(dev.brink.mesh.proto.OriginPool pool) {
    return switch (pool.getBalance()) {
      case ROUND_ROBIN -> BalancingPolicy.ROUND_ROBIN;
      case LEAST_REQUESTS -> BalancingPolicy.LEAST_REQUESTS;
      case RANDOM -> BalancingPolicy.RANDOM;
      case TWO_CHOICES -> BalancingPolicy.TWO_CHOICES;
      case PEAK_EWMA -> BalancingPolicy.PEAK_EWMA;
      case LOWEST_RTT -> BalancingPolicy.LOWEST_RTT;
      case IP_HASH -> BalancingPolicy.IP_HASH;
      case CONSISTENT_HASH -> BalancingPolicy.CONSISTENT_HASH;
      case UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "balance: %d (expected: one of %s)"
                  .formatted(pool.getBalanceValue(), List.of(BalancingPolicy.values())));
    };
  }

  private static Check check(HealthCheck check) {
    if (!check.getPath().isEmpty() && !RequestHead.isTarget(check.getPath())) {
      throw new IllegalArgumentException(
          "health_check.path: " + check.getPath() + " (expected: /path)");
    }
    return new Check(
        check.getPath(),
        millis("health_check.interval_ms", check.getIntervalMs(), 2_000) * 1_000_000,
        (int) millis("health_check.timeout_ms", check.getTimeoutMs(), 1_000),
        count("health_check.healthy_after", check.getHealthyAfter(), 2),
        count("health_check.unhealthy_after", check.getUnhealthyAfter(), 2));
  }

  private static long millis(String name, long value, long byDefault) {
    if (value < 0 || value > MAX_MILLIS) {
      throw new IllegalArgumentException(
          name + ": " + value + " (expected: 0 to " + MAX_MILLIS + ")");
    }
    return value == 0 ? byDefault : value;
  }

  private static int count(String name, int value, int byDefault) {
    if (value < 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0)");
    }
    return value == 0 ? byDefault : value;
  }

  /** Whether a balancer made for the other settings does for these too. */
  boolean balancesLike(PoolSettings other) {
    return policy == other.policy
        && ejectAfterFailures == other.ejectAfterFailures
        && slowStartMillis == other.slowStartMillis
        && check.healthyAfter == other.check.healthyAfter
        && check.unhealthyAfter == other.check.unhealthyAfter;
  }

  HealthSettings health() {
    return HealthSettings.builder()
        .checks(check.healthyAfter, check.unhealthyAfter)
        .ejection(ejectAfterFailures, Duration.ofSeconds(1), Duration.ofSeconds(30))
        .slowStart(Duration.ofMillis(slowStartMillis))
        .build();
  }
}
