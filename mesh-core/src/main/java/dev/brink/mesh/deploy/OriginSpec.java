package dev.brink.mesh.deploy;

import dev.brink.cache.CachePolicy;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pool of upstream servers.
 *
 * @param servers where requests go
 * @param balance how a server is chosen
 * @param keepHost whether the client's {@code Host} goes upstream
 * @param host what {@code Host} is set to otherwise; {@code null}: the server's own authority
 * @param connectTimeout for each connection
 * @param totalTimeout until the response's head
 * @param healthCheck {@code null}: servers are judged by their answers alone
 * @param ejectAfterFailures failures in a row after which a server is left out for a while
 * @param retries other servers tried when a retry-safe request fails
 * @param maxConnections to each server from each node; a request passes over a full server as long
 *     as another has room
 * @param hashOn what {@link Balance#IP_HASH} and {@link Balance#CONSISTENT_HASH} go by: {@code
 *     client-ip}, {@code path} or {@code header:NAME}
 * @param slowStart how long a server that was out takes to get its full share again; 0 for none
 * @param cache how responses are cached; {@code null}: they are not
 */
public record OriginSpec(
    String tenant,
    String name,
    List<Server> servers,
    List<String> routes,
    Balance balance,
    boolean keepHost,
    @Nullable String host,
    Duration connectTimeout,
    Duration totalTimeout,
    @Nullable HealthCheck healthCheck,
    int ejectAfterFailures,
    int retries,
    int maxConnections,
    String hashOn,
    Duration slowStart,
    @Nullable CachePolicy cache)
    implements DeploymentSpec {
  public OriginSpec {
    servers = List.copyOf(servers);
    routes = List.copyOf(routes);
  }

  /** How a server is chosen among the healthy ones. */
  public enum Balance {
    /** In turn, by weight. */
    ROUND_ROBIN,
    /** The one with the fewest requests under way. */
    LEAST_REQUESTS,
    /** Any, by weight. */
    RANDOM,
    /** Of two drawn at random, the one with fewer requests under way. */
    TWO_CHOICES,
    /** Of two drawn at random, the one with less latency times requests under way. */
    PEAK_EWMA,
    /** The nearest, as long as its queue is short. */
    LOWEST_RTT,
    /** The same one for the same client. */
    IP_HASH,
    /** The same one for the same key, unless it has a quarter more than its share under way. */
    CONSISTENT_HASH
  }

  /**
   * An upstream server; twice the weight gets twice the requests.
   *
   * @param tier gets requests only while no server of a lower tier is up, or all those are full, 0
   *     to 100
   */
  public record Server(URI url, int weight, int tier) {
    /** In the first tier. */
    public Server(URI url, int weight) {
      this(url, weight, 0);
    }
  }

  /**
   * An active check: {@code GET path}, healthy when the status is 2xx or 3xx.
   *
   * @param healthyAfter answers in a row that bring a server back
   * @param unhealthyAfter failures in a row that take it out
   */
  public record HealthCheck(
      String path, Duration interval, Duration timeout, int healthyAfter, int unhealthyAfter) {
    /** Every 2 seconds, 1 second each, back after 2, out after 2. */
    public static HealthCheck of(String path) {
      return new HealthCheck(path, Duration.ofSeconds(2), Duration.ofSeconds(1), 2, 2);
    }
  }

  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * Defaults: tenant {@code default}, round robin, the server's own {@code Host}, connect 2 s,
   * total 30 s, no active check, ejection after 5 failures, 2 retries, 256 connections, hashes of
   * the client's address, no slow start.
   */
  public static final class Builder {
    private final String name;
    private final List<Server> servers = new ArrayList<>();
    private final List<String> routes = new ArrayList<>();
    private String tenant = DEFAULT_TENANT;
    private Balance balance = Balance.ROUND_ROBIN;
    private boolean keepHost;
    private @Nullable String host;
    private Duration connectTimeout = Duration.ofSeconds(2);
    private Duration totalTimeout = Duration.ofSeconds(30);
    private @Nullable HealthCheck healthCheck;
    private int ejectAfterFailures = 5;
    private int retries = 2;
    private int maxConnections = 256;
    private String hashOn = "client-ip";
    private Duration slowStart = Duration.ZERO;
    private @Nullable CachePolicy cache;

    private Builder(String name) {
      this.name = name;
    }

    public Builder tenant(String newTenant) {
      tenant = newTenant;
      return this;
    }

    public Builder server(URI url) {
      return server(url, 1);
    }

    public Builder server(URI url, int weight) {
      return server(url, weight, 0);
    }

    public Builder server(URI url, int weight, int tier) {
      servers.add(new Server(url, weight, tier));
      return this;
    }

    public Builder route(String pattern) {
      routes.add(pattern);
      return this;
    }

    public Builder routes(List<String> patterns) {
      routes.addAll(patterns);
      return this;
    }

    public Builder balance(Balance newBalance) {
      balance = newBalance;
      return this;
    }

    public Builder keepHost(boolean keep) {
      keepHost = keep;
      return this;
    }

    public Builder host(String newHost) {
      host = newHost;
      return this;
    }

    public Builder connectTimeout(Duration timeout) {
      connectTimeout = timeout;
      return this;
    }

    public Builder totalTimeout(Duration timeout) {
      totalTimeout = timeout;
      return this;
    }

    public Builder healthCheck(HealthCheck check) {
      healthCheck = check;
      return this;
    }

    public Builder ejectAfterFailures(int failures) {
      ejectAfterFailures = failures;
      return this;
    }

    public Builder retries(int count) {
      retries = count;
      return this;
    }

    public Builder maxConnections(int count) {
      maxConnections = count;
      return this;
    }

    public Builder hashOn(String what) {
      hashOn = what;
      return this;
    }

    public Builder slowStart(Duration ramp) {
      slowStart = ramp;
      return this;
    }

    /** Has responses cached. */
    public Builder cache(CachePolicy policy) {
      cache = policy;
      return this;
    }

    public OriginSpec build() {
      return new OriginSpec(
          tenant,
          name,
          servers,
          routes,
          balance,
          keepHost,
          host,
          connectTimeout,
          totalTimeout,
          healthCheck,
          ejectAfterFailures,
          retries,
          maxConnections,
          hashOn,
          slowStart,
          cache);
    }
  }
}
