package dev.brink.mesh.rollout;

import dev.brink.exec.FunctionLimits;
import dev.brink.exec.SampleRequest;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.origin.Origins;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.registry.Snapshot;
import dev.brink.mesh.route.RoutePattern;
import dev.brink.mesh.wire.SpecMessages;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Refuses what cannot be deployed, before anything is written. */
final class DeploymentCheck {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?");
  private static final Pattern PROPERTY = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9_-]{1,63}");
  private static final int MAX_NAMESPACES = 100;
  private static final int MAX_SCHEDULES = 20;
  private static final int MAX_BYTES = 7 << 20;
  private static final int MAX_MODULES = 1_000;
  private static final int MAX_ROUTES = 100;

  /**
   * @param cpuMax the most processor time that a function's limits may give an invocation
   */
  static void check(DeploymentSpec spec, Snapshot snapshot, Duration cpuMax) {
    name("tenant", spec.tenant());
    name("name", spec.name());
    routes(spec, snapshot);
    switch (spec) {
      case FunctionSpec function -> function(function, cpuMax);
      case OriginSpec origin -> origin(origin);
    }
  }

  private static void name(String what, String value) {
    if (!NAME.matcher(value).matches()) {
      throw invalid(what, value, "1 to 63 of a-z, 0-9, - and _, not - or _ at the ends");
    }
  }

  private static void routes(DeploymentSpec spec, Snapshot snapshot) {
    if (spec.routes().size() > MAX_ROUTES) {
      throw invalid("routes", spec.routes().size() + " patterns", "at most " + MAX_ROUTES);
    }
    List<RoutePattern> wanted;
    try {
      wanted = spec.routes().stream().map(RoutePattern::parseNew).toList();
    } catch (IllegalArgumentException e) {
      throw new DeploymentException("invalid-deployment", String.valueOf(e.getMessage()), false);
    }
    String own = spec.tenant() + "/" + spec.name();
    for (Map.Entry<String, Deployment> other : snapshot.deployments().entrySet()) {
      if (other.getKey().equals(own)) {
        continue;
      }
      for (String text : other.getValue().getRoutesList()) {
        RoutePattern taken = readable(text);
        for (RoutePattern route : wanted) {
          if (taken != null && taken.sameRequests(route)) {
            throw new DeploymentException(
                "route-conflict",
                "route: " + route + " (expected: one that is free; " + other.getKey() + " has it)",
                false);
          }
        }
      }
    }
  }

  /** What is deployed may be unreadable here, if a node of another version accepted it. */
  private static @Nullable RoutePattern readable(String taken) {
    try {
      return RoutePattern.parse(taken);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static void function(FunctionSpec function, Duration cpuMax) {
    if (!function.modules().containsKey(function.main())) {
      throw invalid("main", function.main(), "one of the modules " + function.modules().keySet());
    }
    limits(function.limits(), cpuMax);
    names(function);
    if (!function.passThrough().isEmpty()) {
      name("passThrough", function.passThrough());
    }
    if (function.schedule().size() > MAX_SCHEDULES) {
      throw invalid("schedule", function.schedule().size() + "", "at most " + MAX_SCHEDULES);
    }
    samples(function);
    if (function.modules().size() > MAX_MODULES) {
      throw invalid("modules", function.modules().size() + "", "at most " + MAX_MODULES);
    }
    long bytes = function.modules().values().stream().mapToLong(content -> content.length).sum();
    if (bytes > MAX_BYTES) {
      throw invalid("modules", bytes + " bytes", "at most " + MAX_BYTES + " in all");
    }
  }

  private static void samples(FunctionSpec function) {
    try {
      SampleRequest.check(function.samples());
    } catch (IllegalArgumentException e) {
      throw new DeploymentException("invalid-deployment", String.valueOf(e.getMessage()), false);
    }
  }

  private static void limits(FunctionLimits limits, Duration cpuMax) {
    if (limits.cpu().compareTo(cpuMax) > 0) {
      throw invalid(
          "limits.cpuMs",
          limits.cpu().toMillis() + "",
          "at most " + cpuMax.toMillis() + ", by functions.limits.cpu-max of the node");
    }
    FunctionLimits usual = FunctionLimits.DEFAULT;
    if (limits.hasCpuCredit()
        && !(limits.cpu().equals(usual.cpu()) && limits.cpuBurst().equals(usual.cpuBurst()))) {
      throw invalid(
          "limits.cpuBurst",
          limits.cpuBurst().toMillis() + " ms",
          "no more than cpu, which is exact, or both as they are by default");
    }
    if (limits.subrequests() > FunctionSpec.MAX_SUBREQUESTS) {
      throw invalid(
          "limits.subrequests",
          limits.subrequests() + "",
          "at most " + FunctionSpec.MAX_SUBREQUESTS);
    }
  }

  /** What {@code env} holds: each name once, and namespaces that can be. */
  private static void names(FunctionSpec function) {
    Set<String> names = new HashSet<>(function.variables().keySet());
    names.addAll(function.services().keySet());
    function
        .kv()
        .forEach(
            (name, binding) -> {
              if (!PROPERTY.matcher(name).matches()) {
                throw invalid("kv", name, "1 to 64 of A-Z, a-z, 0-9 and _, no digit first");
              }
              if (!names.add(name)) {
                throw invalid("kv", name, "a name that no variable and no service has");
              }
              if (!NAMESPACE.matcher(binding.namespace()).matches()) {
                throw invalid(
                    "kv." + name + ".namespace",
                    binding.namespace(),
                    "1 to 63 of a-z, 0-9, - and _");
              }
            });
    if (function.kv().size() > MAX_NAMESPACES) {
      throw invalid("kv", function.kv().size() + "", "at most " + MAX_NAMESPACES);
    }
  }

  /** Refuses a function that has something else under the name of one of its secrets. */
  static void secrets(FunctionSpec function, Set<String> secrets) {
    for (String name : secrets) {
      String what =
          function.variables().containsKey(name)
              ? "variables"
              : function.services().containsKey(name)
                  ? "services"
                  : function.kv().containsKey(name) ? "kv" : "";
      if (!what.isEmpty()) {
        throw invalid(what, name, "a name that no secret of the function has");
      }
    }
  }

  private static void origin(OriginSpec origin) {
    try {
      Origins.check(SpecMessages.pool(origin));
    } catch (IllegalArgumentException e) {
      throw new DeploymentException("invalid-deployment", String.valueOf(e.getMessage()), false);
    }
  }

  static DeploymentException invalid(String what, String value, String expected) {
    return new DeploymentException(
        "invalid-deployment", what + ": " + value + " (expected: " + expected + ")", false);
  }

  private DeploymentCheck() {}
}
