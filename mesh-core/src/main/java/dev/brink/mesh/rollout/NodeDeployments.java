package dev.brink.mesh.rollout;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.Grid;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.mesh.deploy.DeployOptions;
import dev.brink.mesh.deploy.DeployResult;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.DeploymentInfo;
import dev.brink.mesh.deploy.DeploymentSpec;
import dev.brink.mesh.deploy.Deployments;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.InvokeRequest;
import dev.brink.mesh.deploy.InvokeResponse;
import dev.brink.mesh.deploy.OriginSpec;
import dev.brink.mesh.link.Links;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.proto.FunctionTarget;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.proto.StoredRecord;
import dev.brink.mesh.proto.WeightedVersion;
import dev.brink.mesh.registry.GridFeed;
import dev.brink.mesh.registry.Registry;
import dev.brink.mesh.registry.RegistryException;
import dev.brink.mesh.registry.StoredRecords;
import dev.brink.mesh.registry.VersionDigest;
import dev.brink.mesh.wire.SpecMessages;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deploys through the node in this process. Thread-safe. */
public final class NodeDeployments implements Deployments {
  private static final Logger LOG = LoggerFactory.getLogger(NodeDeployments.class);
  private static final int KEPT_VERSIONS = 5;

  private final Registry registry;
  private final Grid grid;
  private final Links links;
  private final Invoker invoker;
  private final NodeSecrets secrets;
  private final Duration cpuMax;
  private final ReplicatedMap deployments;
  private final ReplicatedMap versions;

  /**
   * For one node.
   *
   * @param cpuMax the most processor time that a manifest may ask for
   */
  public NodeDeployments(
      Registry registry,
      Grid grid,
      Links links,
      Invoker invoker,
      NodeSecrets secrets,
      Duration cpuMax) {
    this.registry = registry;
    this.grid = grid;
    this.links = links;
    this.invoker = invoker;
    this.secrets = secrets;
    this.cpuMax = cpuMax;
    this.deployments = grid.map(GridFeed.DEPLOYMENTS);
    this.versions = grid.map(GridFeed.VERSIONS);
  }

  @Override
  public DeployResult deploy(DeploymentSpec spec, DeployOptions options) {
    long beganNanos = System.nanoTime();
    DeploymentCheck.check(spec, registry.snapshot(), cpuMax);
    Deployment.Builder deployment =
        Deployment.newBuilder()
            .setTenant(spec.tenant())
            .setName(spec.name())
            .addAllRoutes(spec.routes())
            .setUpdatedMs(System.currentTimeMillis());
    return switch (spec) {
      case FunctionSpec function -> {
        DeploymentCheck.secrets(function, secrets.names(spec.tenant(), spec.name()));
        secrets.requireReadable(spec.tenant(), spec.name());
        FunctionVersion version = version(function);
        load(version, options);
        GridCalls.await(versions.put(version.getDigest(), version.toByteArray()));
        deployment.setFunction(
            FunctionTarget.newBuilder()
                .addVersions(
                    WeightedVersion.newBuilder().setDigest(version.getDigest()).setWeight(1)));
        StoredRecord record =
            StoredRecord.newBuilder()
                .setKey(version.getDigest())
                .setValue(version.toByteString())
                .build();
        DeployResult result = roll(deployment.build(), List.of(record), options, beganNanos);
        removeOldVersions(spec);
        yield result;
      }
      case OriginSpec origin ->
          roll(
              deployment.setOrigin(SpecMessages.pool(origin)).build(),
              List.of(),
              options,
              beganNanos);
    };
  }

  private static FunctionVersion version(FunctionSpec function) {
    return VersionDigest.seal(
        FunctionVersion.newBuilder()
            .setTenant(function.tenant())
            .setName(function.name())
            .setManifest(SpecMessages.manifest(function))
            .addAllModules(SpecMessages.modules(function))
            .build());
  }

  /** A module that does not load here would not load anywhere. */
  private void load(FunctionVersion version, DeployOptions options) {
    try {
      registry
          .prepare(version)
          .toCompletableFuture()
          .get(options.timeout().toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RegistryException refused
          ? new DeploymentException(
              refused.code(), String.valueOf(refused.getMessage()), refused.retryable())
          : new DeploymentException("internal", String.valueOf(e.getCause()), true);
    } catch (TimeoutException e) {
      throw new DeploymentException(
          "deadline-exceeded",
          "the module did not load within " + options.timeout().toMillis() + " ms",
          true);
    } catch (InterruptedException e) {
      throw GridCalls.interrupted();
    }
  }

  private DeployResult roll(
      Deployment deployment,
      List<StoredRecord> versionRecords,
      DeployOptions options,
      long beganNanos) {
    String key = deployment.getTenant() + "/" + deployment.getName();
    ByteString value = deployment.toByteString();
    Stamp stamp = GridCalls.await(deployments.put(key, value.toByteArray()));
    StoredRecord record = StoredRecords.of(key, value, stamp);
    List<DeployResult.NodeOutcome> outcomes =
        new Rollout(registry, links, options, beganNanos)
            .run(grid.membership().members(), record, versionRecords);
    String version =
        deployment.hasFunction() ? deployment.getFunction().getVersions(0).getDigest() : "";
    return new DeployResult(
        deployment.getTenant(),
        deployment.getName(),
        version,
        outcomes,
        (System.nanoTime() - beganNanos) / 1e6,
        complete(outcomes, options));
  }

  private static boolean complete(List<DeployResult.NodeOutcome> outcomes, DeployOptions options) {
    long ready =
        outcomes.stream().filter(node -> node.status() == DeployResult.Status.READY).count();
    return switch (options.waitFor()) {
      case ALL -> ready == outcomes.size();
      case MAJORITY -> ready > outcomes.size() / 2;
      case NONE -> true;
    };
  }

  /** Keeps the newest versions of a function, and all that are deployed. */
  private void removeOldVersions(DeploymentSpec spec) {
    Set<String> wanted = new HashSet<>();
    registry
        .snapshot()
        .deployments()
        .values()
        .forEach(
            deployment ->
                deployment
                    .getFunction()
                    .getVersionsList()
                    .forEach(version -> wanted.add(version.getDigest())));
    versions.entries().entrySet().stream()
        .filter(entry -> isVersionOf(spec, entry.getValue().value()))
        .sorted(
            Comparator.comparing(
                    (Map.Entry<String, dev.brink.grid.Entry> entry) -> entry.getValue().stamp())
                .reversed())
        .skip(KEPT_VERSIONS)
        .map(Map.Entry::getKey)
        .filter(digest -> !wanted.contains(digest))
        .forEach(
            digest ->
                versions
                    .remove(digest)
                    .whenComplete(
                        (stamp, failure) -> {
                          if (failure != null) {
                            LOG.info("version {}: not removed yet: {}", digest, failure.toString());
                          }
                        }));
  }

  private static boolean isVersionOf(DeploymentSpec spec, byte[] value) {
    try {
      FunctionVersion version = FunctionVersion.parseFrom(value);
      return version.getTenant().equals(spec.tenant()) && version.getName().equals(spec.name());
    } catch (InvalidProtocolBufferException e) {
      LOG.error("a stored version is unreadable: {}", e.getMessage());
      return false;
    }
  }

  @Override
  public List<DeploymentInfo> list() {
    return registry.snapshot().deployments().values().stream()
        .map(NodeDeployments::info)
        .sorted(Comparator.comparing(DeploymentInfo::tenant).thenComparing(DeploymentInfo::name))
        .toList();
  }

  private static DeploymentInfo info(Deployment deployment) {
    boolean function = deployment.hasFunction();
    return new DeploymentInfo(
        deployment.getTenant(),
        deployment.getName(),
        function ? "function" : "origin",
        function ? deployment.getFunction().getVersions(0).getDigest() : "",
        deployment.getRoutesList(),
        deployment.getOrigin().getServersList().stream().map(server -> server.getUrl()).toList(),
        Instant.ofEpochMilli(deployment.getUpdatedMs()));
  }

  @Override
  public DeploymentInfo describe(String tenant, String name) {
    DeploymentInfo info = info(deployed(tenant, name));
    if (info.version().isEmpty()) {
      return info;
    }
    return versions.get(info.version()).map(entry -> withModules(info, entry.value())).orElse(info);
  }

  private static DeploymentInfo withModules(DeploymentInfo info, byte[] value) {
    try {
      return new DeploymentInfo(
          info.tenant(),
          info.name(),
          info.kind(),
          info.version(),
          info.routes(),
          FunctionVersion.parseFrom(value).getModulesList().stream()
              .map(module -> module.getPath())
              .toList(),
          info.updated());
    } catch (InvalidProtocolBufferException e) {
      throw new DeploymentException(
          "internal", "version " + info.version() + " is unreadable", false);
    }
  }

  private Deployment deployed(String tenant, String name) {
    Deployment deployment = registry.snapshot().deployments().get(tenant + "/" + name);
    if (deployment == null) {
      throw new DeploymentException(
          "deployment-not-found",
          "name: " + tenant + "/" + name + " (expected: one that is deployed)",
          false);
    }
    return deployment;
  }

  @Override
  public void remove(String tenant, String name) {
    String key = tenant + "/" + name;
    if (deployments.get(key).isPresent() || secrets.names(tenant, name).isEmpty()) {
      deployed(tenant, name);
      Stamp stamp = GridCalls.await(deployments.remove(key));
      var _ = GridCalls.await(registry.removeDeployment(key, stamp));
    }
    // What an earlier call could not take away is taken now.
    secrets.deleteAll(tenant, name);
  }

  @Override
  public InvokeResponse invoke(String tenant, String name, InvokeRequest request) {
    deployed(tenant, name);
    return invoker.invoke(tenant, name, request);
  }
}
