package dev.brink.mesh.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.exec.FunctionLimits;
import dev.brink.grid.Entry;
import dev.brink.grid.Grid;
import dev.brink.grid.NetworkPreset;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import dev.brink.mesh.proto.Deployment;
import dev.brink.mesh.proto.OriginPool;
import dev.brink.mesh.proto.OriginServer;
import dev.brink.mesh.proto.SnapshotFile;
import dev.brink.mesh.secret.SecretKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GridFeedTest {
  private static final Stamp FAR_AHEAD =
      new Stamp(System.currentTimeMillis() + Duration.ofHours(1).toMillis(), 0, new UUID(0, 9));

  private static final Deployment OLD = deployment("http://127.0.0.1:1");
  private static final Deployment NEW = deployment("http://127.0.0.1:2");

  @TempDir Path directory;

  /** A member whose clock was wrong has deployed; every other one has that in its file. */
  @Test
  void aRecordFromAClockFarAheadStopsNoStartAndWhatIsDeployedLaterWins() throws Exception {
    try (Grid grid = grid();
        Registry registry = registry()) {
      GridFeed.start(registry, grid, restored(registry));

      ReplicatedMap deployments = grid.map(GridFeed.DEPLOYMENTS);
      await(() -> deployments.get("t/o").map(Entry::stamp).equals(Optional.of(FAR_AHEAD)));
      byte[] later = NEW.toByteArray();
      Stamp stamp = deployments.put("t/o", later).toCompletableFuture().get(30, TimeUnit.SECONDS);
      registry
          .putDeployment("t/o", new Entry(later, stamp))
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
      assertThat(registry.snapshot().deployments()).containsEntry("t/o", NEW);
    }
  }

  static List<Stamp> farAhead() {
    return List.of(
        FAR_AHEAD, new Stamp(FAR_AHEAD.wallMillis(), Integer.MAX_VALUE, FAR_AHEAD.node()));
  }

  @ParameterizedTest
  @MethodSource("farAhead")
  void whatTheOthersHaveRemovedGoesWhicheverClockHadStampedIt(Stamp stamp) throws Exception {
    try (Grid grid = grid();
        Registry registry = registry(stamp)) {
      SnapshotFile restored = restored(registry);
      ReplicatedMap deployments = grid.map(GridFeed.DEPLOYMENTS);
      deployments
          .merge("t/o", new Entry(OLD.toByteArray(), stamp))
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
      deployments.remove("t/o").toCompletableFuture().get(30, TimeUnit.SECONDS);

      GridFeed.start(registry, grid, restored);
      await(() -> registry.snapshot().deployments().isEmpty());
    }
  }

  /** By a member whose clock is behind: its stamp is after the removal, but before our now. */
  @Test
  void whatIsDeployedAgainAfterARemovalIsServedWhicheverClockHasStampedIt() throws Exception {
    long hourAgo = System.currentTimeMillis() - Duration.ofHours(1).toMillis();
    try (Grid grid = grid();
        Registry registry = registry(new Stamp(hourAgo, 0, FAR_AHEAD.node()))) {
      SnapshotFile restored = restored(registry);
      grid.map(GridFeed.DEPLOYMENTS).remove("t/o").toCompletableFuture().get(30, TimeUnit.SECONDS);
      GridFeed.start(registry, grid, restored);
      await(() -> registry.snapshot().deployments().isEmpty());

      registry
          .putDeployment(
              "t/o", new Entry(NEW.toByteArray(), new Stamp(hourAgo + 1, 0, FAR_AHEAD.node())))
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
      assertThat(registry.snapshot().deployments()).containsEntry("t/o", NEW);
    }
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - end).isNegative();
      Thread.sleep(5);
    }
  }

  private SnapshotFile restored(Registry registry) throws Exception {
    SnapshotFile restored = registry.restore().toCompletableFuture().get(30, TimeUnit.SECONDS);
    assertThat(registry.snapshot().deployments()).containsEntry("t/o", OLD);
    return restored;
  }

  private Registry registry() throws IOException {
    return registry(FAR_AHEAD);
  }

  private Registry registry(Stamp stamp) throws IOException {
    Path file = directory.resolve("snapshot");
    new SnapshotStore(file)
        .write(
            SnapshotFile.newBuilder()
                .addDeployments(StoredRecords.of("t/o", OLD.toByteString(), stamp))
                .build());
    return new Registry(
        new FakeRuntime(),
        FunctionLimits.DEFAULT,
        new FakeRuntime.NoBindings(),
        SecretKeys.none(),
        file,
        _ -> {});
  }

  private Grid grid() {
    return Grid.builder()
        .network(NetworkPreset.LOCAL)
        .startTimeout(Duration.ofMinutes(2))
        .writeTimeout(Duration.ofSeconds(30))
        .workDirectory(directory.resolve("grid"))
        .start();
  }

  private static Deployment deployment(String url) {
    return Deployment.newBuilder()
        .setTenant("t")
        .setName("o")
        .setOrigin(OriginPool.newBuilder().addServers(OriginServer.newBuilder().setUrl(url)))
        .build();
  }
}
