package dev.brink.mesh.registry;

import dev.brink.mesh.deploy.Affinity;
import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.exchange.Target;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.proto.WeightedVersion;
import dev.brink.mesh.route.RoutePattern;
import dev.brink.mesh.route.RouteTable;
import dev.brink.mesh.wire.CacheMessages;
import dev.brink.mesh.wire.PlacementMessages;
import dev.brink.placement.Hints;
import dev.brink.placement.PlacementRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes snapshots of the registry's state. */
final class SnapshotBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotBuilder.class);

  private final Map<String, VersionState> states;
  private final Map<String, Binding> bindings = new HashMap<>();
  private final Map<String, Binding.Version> versions = new HashMap<>();
  private final RouteTable.Builder<Binding> routes = RouteTable.builder();

  private final UnreadableDeployments unreadable;

  private SnapshotBuilder(Map<String, VersionState> states, UnreadableDeployments unreadable) {
    this.states = states;
    this.unreadable = unreadable;
  }

  /**
   * Two deployments that claim one route were made on both sides of a split: the older has it. What
   * this version of a node cannot read keeps nothing else from being served.
   *
   * @param unreadable hears of such
   */
  static Snapshot build(
      Collection<DeploymentState> deployments,
      Map<String, VersionState> states,
      UnreadableDeployments unreadable) {
    var builder = new SnapshotBuilder(states, unreadable);
    states.values().forEach(builder::loaded);
    Map<String, Deployment> wanted = new HashMap<>();
    deployments.forEach(state -> wanted.put(state.key, state.deployment));
    deployments.stream()
        .map(state -> state.before == null ? state : state.before)
        .sorted(Comparator.comparing((DeploymentState state) -> state.stamp))
        .forEach(builder::add);
    return new Snapshot(builder.routes.build(), builder.bindings, builder.versions, wanted);
  }

  private void loaded(VersionState state) {
    try {
      if (state.loaded != null) {
        version(state, 1);
      }
    } catch (DeploymentException | IllegalArgumentException e) {
      LOG.debug("version {}: {}; told of with its deployment", state.version.getDigest(), e);
    }
  }

  private void add(DeploymentState state) {
    Binding binding;
    try {
      binding = binding(state.deployment);
    } catch (DeploymentException | IllegalArgumentException e) {
      unreadable.met(state.key, state.stamp, String.valueOf(e.getMessage()));
      return;
    }
    if (binding == null) {
      return;
    }
    bindings.put(state.key, binding);
    for (RoutePattern route : state.routes) {
      Binding present = routes.add(route, binding);
      if (present != null) {
        LOG.warn(
            "route {}: {}/{} has it already, so {} does not get it",
            route,
            present.tenant(),
            present.name(),
            state.key);
      }
    }
  }

  private @Nullable Binding binding(Deployment deployment) {
    return switch (deployment.getTargetCase()) {
      case ORIGIN ->
          new Binding.Origin(
              new Target.Origin(deployment.getTenant(), deployment.getName()),
              deployment.getOrigin(),
              deployment.getOrigin().hasCache()
                  ? CacheMessages.policy(
                      deployment.getOrigin().getCache(), deployment.getTenant(), "")
                  : null);
      case FUNCTION -> function(deployment);
      case TARGET_NOT_SET -> null;
    };
  }

  private Binding.@Nullable Function function(Deployment deployment) {
    List<Binding.Version> bound = new ArrayList<>();
    int total = 0;
    for (WeightedVersion weighted : deployment.getFunction().getVersionsList()) {
      VersionState state = states.get(weighted.getDigest());
      if (state == null || weighted.getWeight() <= 0) {
        continue;
      }
      bound.add(version(state, weighted.getWeight()));
      total += weighted.getWeight();
    }
    return bound.isEmpty()
        ? null
        : new Binding.Function(deployment.getTenant(), deployment.getName(), bound, total);
  }

  /** Hints that this version of a node cannot read are kept by running nowhere. */
  private static FunctionPlacement placement(FunctionVersion version) {
    try {
      return PlacementMessages.fromProto(version.getManifest().getPlacement());
    } catch (DeploymentException e) {
      LOG.error("{}/{}: {}", version.getTenant(), version.getName(), e.getMessage());
      return new FunctionPlacement(
          Hints.builder().needs(Set.of("a node that can read its placement")).build(),
          new Affinity.None());
    }
  }

  /** Expressions that this version of a node cannot read never match. */
  private static List<CronSchedule> schedules(FunctionVersion version) {
    List<CronSchedule> schedules = new ArrayList<>();
    for (String expression : version.getManifest().getScheduleList()) {
      try {
        schedules.add(CronSchedule.parse(expression));
      } catch (IllegalArgumentException e) {
        LOG.error("{}/{}: {}", version.getTenant(), version.getName(), e.getMessage());
      }
    }
    return schedules;
  }

  private Binding.Version version(VersionState state, int weight) {
    var version = state.version;
    FunctionPlacement placement = placement(version);
    var target = new Target.Function(version.getTenant(), version.getName(), version.getDigest());
    var made =
        new Binding.Version(
            target,
            weight,
            PlacementRequest.of(version.getDigest().substring(0, Binding.PLACEMENT_ID_LENGTH))
                .hints(placement.hints()),
            placement.affinity(),
            state.loaded,
            version.getManifest().getServicesMap(),
            version.getManifest().getIdempotent(),
            version.getManifest().hasCache()
                ? CacheMessages.policy(
                    version.getManifest().getCache(), version.getTenant(), version.getDigest())
                : null,
            schedules(version),
            version.getManifest().getPassThrough().isEmpty()
                ? null
                : new Target.Origin(version.getTenant(), version.getManifest().getPassThrough()));
    if (state.loaded != null) {
      versions.put(version.getDigest(), made);
    }
    return made;
  }
}
