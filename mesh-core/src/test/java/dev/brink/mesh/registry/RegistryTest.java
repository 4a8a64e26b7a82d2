package dev.brink.mesh.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionLimits;
import dev.brink.grid.Entry;
import dev.brink.grid.Stamp;
import dev.brink.mesh.CapturedLog;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.proto.FunctionTarget;
import dev.brink.mesh.proto.FunctionVersion;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.proto.OriginServer;
import dev.brink.mesh.proto.SnapshotFile;
import dev.brink.mesh.proto.StoredRecord;
import dev.brink.mesh.proto.WeightedVersion;
import dev.brink.mesh.secret.SecretKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryTest {
  private static final FunctionVersion VERSION = FakeRuntime.version();
  private static final UUID NODE = new UUID(0, 1);

  @TempDir Path directory;
  private final FakeRuntime runtime = new FakeRuntime();
  private final AtomicInteger snapshots = new AtomicInteger();

  @Test
  void aNewDeploymentTriesAtOnceWhatFailedForAReasonThatMayPass() throws Exception {
    runtime.failures.add(FakeRuntime.passing());
    try (Registry registry = registry()) {
      registry.putVersion(
          VERSION.getDigest(), new Entry(VERSION.toByteArray(), new Stamp(1, 0, NODE)));
      assertThat(deploy(registry, 2).toCompletableFuture())
          .failsWithin(30, TimeUnit.SECONDS)
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("internal error");
      assertThat(registry.snapshot().versions()).isEmpty();

      deploy(registry, 3).toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(registry.snapshot().versions()).containsKey(VERSION.getDigest());
      assertThat(runtime.loads).hasValue(2);
    }
  }

  @Test
  void nothingIsLoadedByOneThatIsClosed() throws Exception {
    Registry registry = registry();
    registry.close();
    assertThat(registry.prepare(VERSION).toCompletableFuture())
        .failsWithin(30, TimeUnit.SECONDS)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("the node stops, or has stopped");
  }

  /** As on a disk that was full for a while. */
  @Test
  void whatCouldNotBeWrittenIsWrittenWhenItCanBe() throws Exception {
    Path obstacle = Files.createDirectories(directory.resolve("snapshot.new").resolve("full"));
    try (CapturedLog log = CapturedLog.of(Registry.class)) {
      try (Registry registry = registry()) {
        assertThat(registry.unwritten()).isFalse();
        put(registry, "t/origin", origin("origin", "/origin"), 1).get(30, TimeUnit.SECONDS);
        assertThat(log.next().getFormattedMessage()).contains("snapshot: cannot be written");
        assertThat(registry.unwritten()).isTrue();
        Files.delete(obstacle);
        assertThat(log.next().getFormattedMessage()).isEqualTo("snapshot: written again");
        assertThat(registry.unwritten()).isFalse();
        assertThat(directory.resolve("snapshot")).exists();

        Files.createDirectories(obstacle);
        put(registry, "t/late", origin("late", "/late"), 1).get(30, TimeUnit.SECONDS);
        assertThat(log.next().getFormattedMessage()).contains("snapshot: cannot be written");
        Files.delete(obstacle);
      }
      assertThat(new SnapshotStore(directory.resolve("snapshot")).read().getDeploymentsList())
          .extracting(StoredRecord::getKey)
          .containsExactlyInAnyOrder("t/origin", "t/late");
    }
  }

  @Test
  void aDeploymentWhoseCodeIsNotThereIsNotWaitedFor() throws Exception {
    new SnapshotStore(directory.resolve("snapshot"))
        .write(
            SnapshotFile.newBuilder()
                .addDeployments(
                    StoredRecords.of("t/f", deployment().toByteString(), new Stamp(1, 0, NODE)))
                .build());
    try (Registry registry = registry()) {
      var _ = registry.restore().toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(registry.snapshot().deployments()).containsKey("t/f");
      assertThat(registry.snapshot().versions()).isEmpty();

      registry.putVersion(
          VERSION.getDigest(), new Entry(VERSION.toByteArray(), new Stamp(1, 0, NODE)));
      registry.settled().toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(registry.snapshot().versions()).containsKey(VERSION.getDigest());
    }
  }

  @Test
  void whatIsRemovedIsGoneWhenTheRemovalIsDone() throws Exception {
    try (Registry registry = registry()) {
      registry.putVersion(
          VERSION.getDigest(), new Entry(VERSION.toByteArray(), new Stamp(1, 0, NODE)));
      deploy(registry, 2).toCompletableFuture().get(30, TimeUnit.SECONDS);
      var _ =
          registry
              .removeDeployment("t/f", new Stamp(3, 0, NODE))
              .toCompletableFuture()
              .get(30, TimeUnit.SECONDS);
      assertThat(registry.snapshot().deployments()).isEmpty();
    }
  }

  /** Nodes of another version have accepted it. */
  @Test
  void aRouteThatCannotBeReadKeepsNothingElseFromBeingServed() throws Exception {
    new SnapshotStore(directory.resolve("snapshot"))
        .write(
            SnapshotFile.newBuilder()
                .addDeployments(stored("t/bad", origin("bad", "/%2e/x", "/bad")))
                .addDeployments(stored("t/good", origin("good", "/good")))
                .build());
    try (Registry registry = registry()) {
      var _ = registry.restore().toCompletableFuture().get(30, TimeUnit.SECONDS);
      Snapshot snapshot = registry.snapshot();
      assertThat(snapshot.routes().match("", "/good")).isEqualTo(snapshot.binding("t", "good"));
      assertThat(snapshot.routes().match("", "/bad")).isEqualTo(snapshot.binding("t", "bad"));
      assertThat(snapshot.bindings()).containsOnlyKeys("t/good", "t/bad");
    }
  }

  @Test
  void aDeploymentThatCannotBeReadKeepsNoOtherFromBeingServed() throws Exception {
    try (CapturedLog log = CapturedLog.of(UnreadableDeployments.class);
        Registry registry = registry()) {
      Deployment.Builder uncacheable = origin("bad", "/bad").toBuilder();
      uncacheable.getOriginBuilder().getCacheBuilder().setDefaultTtlMs(-1);
      unreadable(registry, "t/bad", uncacheable.build().toByteArray());
      unreadable(registry, "t/worse", new byte[] {-1});
      unreadable(registry, "t/worse", new byte[] {-1});
      put(registry, "t/good", origin("good", "/good"), 1).get(10, TimeUnit.SECONDS);
      Snapshot snapshot = registry.snapshot();
      assertThat(snapshot.routes().match("", "/good")).isEqualTo(snapshot.binding("t", "good"));
      assertThat(snapshot.bindings()).containsOnlyKeys("t/good");
      assertThat(registry.unreadableDeployments()).isEqualTo(2);
      assertThat(log.lines()).as("one line for each").hasSize(2);

      put(registry, "t/bad", origin("bad", "/bad"), 2).get(10, TimeUnit.SECONDS);
      var _ =
          registry
              .removeDeployment("t/worse", new Stamp(2, 0, NODE))
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      assertThat(registry.snapshot().bindings()).containsOnlyKeys("t/good", "t/bad");
      assertThat(registry.unreadableDeployments()).isZero();
    }
  }

  private static void unreadable(Registry registry, String key, byte[] value) {
    assertThat(
            registry
                .putDeployment(key, new Entry(value, new Stamp(1, 0, NODE)))
                .toCompletableFuture())
        .failsWithin(10, TimeUnit.SECONDS)
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("unreadable");
  }

  private static CompletableFuture<Void> put(
      Registry registry, String key, Deployment deployment, long millis) {
    return registry
        .putDeployment(key, new Entry(deployment.toByteArray(), new Stamp(millis, 0, NODE)))
        .toCompletableFuture();
  }

  private static StoredRecord stored(String key, Deployment deployment) {
    return StoredRecords.of(key, deployment.toByteString(), new Stamp(1, 0, NODE));
  }

  private static Deployment origin(String name, String... routes) {
    var pool = OriginPool.newBuilder().addServers(OriginServer.newBuilder().setUrl("http://a"));
    return Deployment.newBuilder()
        .setTenant("t")
        .setName(name)
        .addAllRoutes(List.of(routes))
        .setOrigin(pool)
        .build();
  }

  @Test
  void waitingForWhatIsServedAlreadyMakesNoSnapshots() throws Exception {
    try (Registry registry = registry()) {
      for (int i = 0; i < 3; i++) {
        String name = "o" + i;
        registry
            .putDeployment(
                "t/" + name, new Entry(origin(name).toByteArray(), new Stamp(1, 0, NODE)))
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
      }
      int made = snapshots.get();
      registry.settled().toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertThat(snapshots).hasValue(made);
    }
  }

  private Registry registry() {
    return new Registry(
        runtime,
        FunctionLimits.DEFAULT,
        new FakeRuntime.NoBindings(),
        SecretKeys.none(),
        directory.resolve("snapshot"),
        _ -> snapshots.incrementAndGet());
  }

  private static CompletionStage<Void> deploy(Registry registry, long stamp) {
    return registry.putDeployment(
        "t/f", new Entry(deployment().toByteArray(), new Stamp(stamp, 0, NODE)));
  }

  private static Deployment deployment() {
    var target =
        FunctionTarget.newBuilder()
            .addVersions(WeightedVersion.newBuilder().setDigest(VERSION.getDigest()).setWeight(1));
    return Deployment.newBuilder().setTenant("t").setName("f").setFunction(target).build();
  }
}
