package dev.brink.mesh.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a node is to be. Immutable; the same options can be set with the {@link #builder()}, by
 * {@code BRINK_…} environment variables and in a HOCON file, in this order of precedence. {@link
 * #options()} lists them; {@code docs/configuration.md} explains them.
 *
 * @param name what people call the node; empty: made from its id
 * @param labels what placement may prefer by, such as {@code zone}
 * @param dataDirectory where the node keeps what outlives it; two nodes never share one
 * @param tls for links, grid and admin API; {@code null}: plain, on loopback only unless {@code
 *     insecure}
 * @param insecure whether links, grid and admin API may be plain beyond loopback
 * @param shutdownGrace how long a graceful stop waits for requests in flight, for ticks and for
 *     what functions do after their answers
 */
public record NodeConfig(
    String name,
    Map<String, String> labels,
    Path dataDirectory,
    IngressConfig ingress,
    AdminConfig admin,
    LinkConfig link,
    GridConfig grid,
    @Nullable MutualTls tls,
    boolean insecure,
    FunctionsConfig functions,
    PlacementConfig placement,
    NearestConfig nearest,
    DnsConfig dns,
    CacheConfig cache,
    OriginsConfig origins,
    SecretsConfig secrets,
    Duration shutdownGrace,
    LogConfig log) {

  /**
   * @throws InvalidConfigException if a value is out of its range, or anything but the ingress
   *     listens beyond loopback with neither {@code tls} nor {@code insecure}
   */
  public NodeConfig(
      String name,
      Map<String, String> labels,
      Path dataDirectory,
      IngressConfig ingress,
      AdminConfig admin,
      LinkConfig link,
      GridConfig grid,
      @Nullable MutualTls tls,
      boolean insecure,
      FunctionsConfig functions,
      PlacementConfig placement,
      NearestConfig nearest,
      DnsConfig dns,
      CacheConfig cache,
      OriginsConfig origins,
      SecretsConfig secrets,
      Duration shutdownGrace,
      LogConfig log) {
    this.name = name;
    this.labels = Map.copyOf(labels);
    this.dataDirectory = dataDirectory;
    this.ingress = ingress;
    this.admin = admin;
    this.link = link;
    this.grid = grid;
    this.tls = tls;
    this.insecure = insecure;
    this.functions = functions;
    this.placement = placement;
    this.nearest = nearest;
    this.dns = dns;
    this.cache = cache;
    this.origins = origins;
    this.secrets = secrets;
    this.shutdownGrace = shutdownGrace;
    this.log = log;
    for (Option<?> option : Options.ALL) {
      option.check(this);
    }
    if (tls == null && !insecure) {
      Loopback.require("admin.bind-address", admin.bindAddress());
      Loopback.require("link.bind-address", link.bindAddress());
      Loopback.require("grid.bind-address", grid.bindAddress());
    }
  }

  /** A builder with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A builder with what the environment says over the defaults.
   *
   * @throws InvalidConfigException for a bad value, or a variable that is nearly an option's
   */
  public static Builder read(Map<String, String> environment) {
    Builder builder = new Builder();
    EnvironmentReader.read(environment, builder);
    return builder;
  }

  /**
   * A builder with what the environment says over what the file says over the defaults.
   *
   * @throws InvalidConfigException if the file cannot be read, for an unknown key or a bad value
   */
  public static Builder read(Path file, Map<String, String> environment) {
    Builder builder = new Builder();
    FileReader.read(file, builder);
    EnvironmentReader.read(environment, builder);
    return builder;
  }

  /** Every option there is, in the order of the documentation. */
  public static List<ConfigOption> options() {
    return Options.DESCRIBED;
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** This configuration as option name to value, without secrets: what a file would say. */
  public Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    for (Option<?> option : Options.ALL) {
      values.put(option.name(), option.secret() ? "" : option.text(this));
    }
    return values;
  }

  @Override
  public String toString() {
    return "NodeConfig" + values();
  }

  /**
   * Defaults: see each section, and name empty, no labels, data directory {@code brink-data}, no
   * TLS, not insecure, 10 s of grace. Not thread-safe.
   */
  public static final class Builder {
    private String name = "";
    private Map<String, String> labels = Map.of();
    private Path dataDirectory = Path.of("brink-data");
    private IngressConfig.Builder ingress = new IngressConfig.Builder();
    private AdminConfig.Builder admin = new AdminConfig.Builder();
    private LinkConfig.Builder link = new LinkConfig.Builder();
    private GridConfig.Builder grid = new GridConfig.Builder();
    private @Nullable Path tlsCertificate;
    private @Nullable Path tlsKey;
    private @Nullable Path tlsCa;
    private boolean insecure;
    private FunctionsConfig.Builder functions = new FunctionsConfig.Builder();
    private PlacementConfig.Builder placement = new PlacementConfig.Builder();
    private NearestConfig.Builder nearest = new NearestConfig.Builder();
    private DnsConfig.Builder dns = new DnsConfig.Builder();
    private CacheConfig.Builder cache = new CacheConfig.Builder();
    private OriginsConfig.Builder origins = new OriginsConfig.Builder();
    private SecretsConfig.Builder secrets = new SecretsConfig.Builder();
    private Duration shutdownGrace = Duration.ofSeconds(10);
    private LogConfig.Builder log = new LogConfig.Builder();

    private Builder() {}

    private Builder(NodeConfig from) {
      name = from.name;
      labels = from.labels;
      dataDirectory = from.dataDirectory;
      ingress = from.ingress.toBuilder();
      admin = from.admin.toBuilder();
      link = from.link.toBuilder();
      grid = from.grid.toBuilder();
      if (from.tls != null) {
        tlsCertificate = from.tls.certificate();
        tlsKey = from.tls.key();
        tlsCa = from.tls.ca();
      }
      insecure = from.insecure;
      functions = from.functions.toBuilder();
      placement = from.placement.toBuilder();
      nearest = from.nearest.toBuilder();
      dns = from.dns.toBuilder();
      cache = from.cache.toBuilder();
      origins = from.origins.toBuilder();
      secrets = from.secrets.toBuilder();
      shutdownGrace = from.shutdownGrace;
      log = from.log.toBuilder();
    }

    public Builder name(String newName) {
      name = newName;
      return this;
    }

    public Builder labels(Map<String, String> newLabels) {
      labels = Map.copyOf(newLabels);
      return this;
    }

    public Builder dataDirectory(Path folder) {
      dataDirectory = folder;
      return this;
    }

    public Builder ingress(Consumer<IngressConfig.Builder> change) {
      change.accept(ingress);
      return this;
    }

    public Builder admin(Consumer<AdminConfig.Builder> change) {
      change.accept(admin);
      return this;
    }

    public Builder link(Consumer<LinkConfig.Builder> change) {
      change.accept(link);
      return this;
    }

    public Builder grid(Consumer<GridConfig.Builder> change) {
      change.accept(grid);
      return this;
    }

    /** PEM file of the node's certificate chain; needs {@link #tlsKey} and {@link #tlsCa} too. */
    public Builder tlsCertificate(Path file) {
      tlsCertificate = file;
      return this;
    }

    /** PEM file of the certificate's key. */
    public Builder tlsKey(Path file) {
      tlsKey = file;
      return this;
    }

    /** PEM file of the authorities that other nodes' certificates come from. */
    public Builder tlsCa(Path file) {
      tlsCa = file;
      return this;
    }

    public Builder insecure(boolean yes) {
      insecure = yes;
      return this;
    }

    public Builder functions(Consumer<FunctionsConfig.Builder> change) {
      change.accept(functions);
      return this;
    }

    public Builder placement(Consumer<PlacementConfig.Builder> change) {
      change.accept(placement);
      return this;
    }

    public Builder nearest(Consumer<NearestConfig.Builder> change) {
      change.accept(nearest);
      return this;
    }

    public Builder dns(Consumer<DnsConfig.Builder> change) {
      change.accept(dns);
      return this;
    }

    public Builder cache(Consumer<CacheConfig.Builder> change) {
      change.accept(cache);
      return this;
    }

    public Builder origins(Consumer<OriginsConfig.Builder> change) {
      change.accept(origins);
      return this;
    }

    public Builder secrets(Consumer<SecretsConfig.Builder> change) {
      change.accept(secrets);
      return this;
    }

    public Builder shutdownGrace(Duration grace) {
      shutdownGrace = grace;
      return this;
    }

    public Builder log(Consumer<LogConfig.Builder> change) {
      change.accept(log);
      return this;
    }

    /**
     * Sets an option by its name, from text as in an environment variable.
     *
     * @throws InvalidConfigException for an unknown name or a bad value
     */
    public Builder set(String option, String value) {
      Options.named(option).set(this, value);
      return this;
    }

    /**
     * Makes the configuration.
     *
     * @throws InvalidConfigException as {@link NodeConfig} does
     */
    public NodeConfig build() {
      return new NodeConfig(
          name,
          labels,
          dataDirectory,
          ingress.build(),
          admin.build(),
          link.build(),
          grid.build(),
          tls(),
          insecure,
          functions.build(),
          placement.build(),
          nearest.build(),
          dns.build(),
          cache.build(),
          origins.build(),
          secrets.build(),
          shutdownGrace,
          log.build());
    }

    private @Nullable MutualTls tls() {
      if (tlsCertificate == null && tlsKey == null && tlsCa == null) {
        return null;
      }
      if (tlsCertificate == null || tlsKey == null || tlsCa == null) {
        String missing =
            tlsCertificate == null ? "tls.certificate" : tlsKey == null ? "tls.key" : "tls.ca";
        throw InvalidConfigException.of(
            missing, "missing", "all of tls.certificate, tls.key and tls.ca, or none");
      }
      return new MutualTls(tlsCertificate, tlsKey, tlsCa);
    }
  }
}
