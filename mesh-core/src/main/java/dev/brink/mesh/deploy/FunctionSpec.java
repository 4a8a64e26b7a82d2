package dev.brink.mesh.deploy;

import dev.brink.cache.CachePolicy;
import dev.brink.exec.FunctionLimits;
import dev.brink.exec.Isolation;
import dev.brink.exec.SampleRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A function: its modules and manifest.
 *
 * @param main path of the module whose default export has {@code fetch}
 * @param modules sources by path within the function, with forward slashes
 * @param services names of {@code env} properties to the functions or origins, of the same tenant,
 *     that they reach
 * @param kv names of {@code env} properties to the key-value namespaces that they are
 * @param idempotent whether a call with any method may be tried again on another node
 * @param placement where it may and should run
 * @param cache how responses are cached; {@code null}: they are not
 * @param passThrough the pool of origins, of the same tenant, that answers requests without a body
 *     for which the function failed after {@code ctx.passThroughOnException()}; empty for none
 * @param eval whether {@code eval} and {@code new Function} work
 * @param isolation which invocations may share an instance
 * @param schedule when it runs by itself: each tick on one node of the mesh
 * @param samples requests that each node runs it with once it is loaded there, without any effect,
 *     so that its code is compiled before the first real one; 16 and 64 KiB at most
 */
public record FunctionSpec(
    String tenant,
    String name,
    String main,
    Map<String, byte[]> modules,
    List<String> routes,
    FunctionLimits limits,
    Map<String, String> variables,
    Map<String, String> services,
    Map<String, KeyValueBinding> kv,
    boolean idempotent,
    FunctionPlacement placement,
    @Nullable CachePolicy cache,
    List<CronSchedule> schedule,
    String passThrough,
    boolean eval,
    Isolation isolation,
    List<SampleRequest> samples)
    implements DeploymentSpec {
  /**
   * The most processor time that a function's limits may give an invocation, on a node whose
   * operator has raised {@code functions.limits.cpu-max}.
   */
  public static final Duration MAX_CPU = Duration.ofMinutes(10);

  /** The most requests that they may give one. */
  public static final int MAX_SUBREQUESTS = 10_000;

  public FunctionSpec {
    modules = Map.copyOf(modules);
    routes = List.copyOf(routes);
    variables = Map.copyOf(variables);
    services = Map.copyOf(services);
    kv = Map.copyOf(kv);
    schedule = List.copyOf(schedule);
    samples = List.copyOf(samples);
  }

  /** A function of one module, in the default tenant, without limits or variables of its own. */
  public static FunctionSpec of(String name, String source, String... routes) {
    return builder(name).module("main.js", source).routes(List.of(routes)).build();
  }

  public static Builder builder(String name) {
    return new Builder(name);
  }

  /**
   * Defaults: tenant {@code default}, main {@code main.js}, {@link FunctionLimits#DEFAULT}, {@link
   * FunctionPlacement#DEFAULT}.
   */
  public static final class Builder {
    private final String name;
    private final Map<String, byte[]> modules = new LinkedHashMap<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private final Map<String, String> services = new LinkedHashMap<>();
    private final Map<String, KeyValueBinding> kv = new LinkedHashMap<>();
    private final List<String> routes = new ArrayList<>();
    private String tenant = DEFAULT_TENANT;
    private String main = "main.js";
    private FunctionLimits limits = FunctionLimits.DEFAULT;
    private boolean idempotent;
    private FunctionPlacement placement = FunctionPlacement.DEFAULT;
    private @Nullable CachePolicy cache;
    private final List<CronSchedule> schedule = new ArrayList<>();
    private String passThrough = "";
    private boolean eval;
    private Isolation isolation = Isolation.SHARED;
    private final List<SampleRequest> samples = new ArrayList<>();

    private Builder(String name) {
      this.name = name;
    }

    public Builder tenant(String newTenant) {
      tenant = newTenant;
      return this;
    }

    public Builder main(String path) {
      main = path;
      return this;
    }

    public Builder module(String path, String source) {
      return module(path, source.getBytes(StandardCharsets.UTF_8));
    }

    public Builder module(String path, byte[] content) {
      modules.put(path, content);
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

    public Builder limits(FunctionLimits newLimits) {
      limits = newLimits;
      return this;
    }

    public Builder variable(String key, String value) {
      variables.put(key, value);
      return this;
    }

    public Builder service(String key, String target) {
      services.put(key, target);
      return this;
    }

    /** Makes a key-value namespace a property of {@code env}. */
    public Builder kv(String key, KeyValueBinding namespace) {
      kv.put(key, namespace);
      return this;
    }

    public Builder idempotent(boolean yes) {
      idempotent = yes;
      return this;
    }

    public Builder placement(FunctionPlacement newPlacement) {
      placement = newPlacement;
      return this;
    }

    /** Has responses cached. */
    public Builder cache(CachePolicy policy) {
      cache = policy;
      return this;
    }

    /** Adds a schedule. */
    public Builder schedule(CronSchedule times) {
      schedule.add(times);
      return this;
    }

    /** Names the pool of origins behind the function. */
    public Builder passThrough(String pool) {
      passThrough = pool;
      return this;
    }

    /** Whether {@code eval} and {@code new Function} work; off by default. */
    public Builder eval(boolean works) {
      eval = works;
      return this;
    }

    /** Which invocations may share an instance; {@link Isolation#SHARED} by default. */
    public Builder isolation(Isolation newIsolation) {
      isolation = newIsolation;
      return this;
    }

    /** Adds a request that it is run with once it is loaded, without any effect. */
    public Builder sample(SampleRequest request) {
      samples.add(request);
      return this;
    }

    public FunctionSpec build() {
      return new FunctionSpec(
          tenant,
          name,
          main,
          modules,
          routes,
          limits,
          variables,
          services,
          kv,
          idempotent,
          placement,
          cache,
          schedule,
          passThrough,
          eval,
          isolation,
          samples);
    }
  }
}
