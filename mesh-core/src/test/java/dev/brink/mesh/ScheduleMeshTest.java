package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.KeyValueBinding;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules on three nodes, whose clocks the test is. */
class ScheduleMeshTest {
  private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");
  private static final String COUNTS =
      """
      export default {
        async scheduled(event, env) {
          await env.STORE.increment('ticks');
          await env.STORE.put('last', `${event.cron} ${new Date(event.scheduledTime).toISOString()}`);
        },
        async fetch(request, env) {
          return new Response(`${await env.STORE.get('ticks')} ${await env.STORE.get('last')}`);
        },
      };
      """;

  @TempDir static Path directory;
  private static TestMesh mesh;

  @BeforeAll
  static void start() throws Exception {
    mesh =
        TestMesh.start(directory, 3, (index, config) -> config.labels(Map.of("zone", "z" + index)));
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  @Test
  void exactlyOneNodeRunsATick() throws Exception {
    deploy(counting("counts").schedule(CronSchedule.parse("*/5 * * * *")).build());
    long before = ran();
    for (int i = 0; i < 3; i++) {
      assertThat(claims(NOON.plus(Duration.ofMinutes(5L * i)))).containsExactlyInAnyOrder(0, 0, 1);
    }
    assertThat(claims(NOON)).as("a tick that has run").containsOnly(0);
    assertThat(claims(NOON.plusSeconds(60))).as("a minute without a tick").containsOnly(0);
    awaitText("/counts", "3 */5 * * * * 2026-11-27T12:");
    assertThat(ran() - before).isEqualTo(3);
    mesh.node(0).deployments().remove("default", "counts");
  }

  @Test
  void aTickRunsOnlyWhereItsFunctionMay() throws Exception {
    Hints hints = Hints.builder().pin(NodeSelector.parse("zone=z1")).build();
    deploy(
        counting("pinned")
            .schedule(CronSchedule.parse("30 3 * * *"))
            .placement(new FunctionPlacement(hints, FunctionPlacement.DEFAULT.affinity()))
            .build());
    assertThat(claims(Instant.parse("2026-11-27T03:30:00Z"))).containsExactly(0, 1, 0);
    mesh.node(0).deployments().remove("default", "pinned");
  }

  @Test
  void aFailedTickIsCounted() throws Exception {
    deploy(
        FunctionSpec.builder("fails")
            .module("main.js", "export default { scheduled() { throw new Error('no') } }")
            .schedule(CronSchedule.parse("0 4 * * *"))
            .build());
    assertThat(claims(Instant.parse("2026-11-27T04:00:00Z"))).containsExactlyInAnyOrder(0, 0, 1);
    TestMesh.until(
        () -> mesh.nodes().stream().mapToLong(node -> node.schedules().missed()).sum() == 1);
    mesh.node(0).deployments().remove("default", "fails");
  }

  @Test
  void aFunctionHasABoundedNumberOfSchedules() {
    FunctionSpec.Builder tooMany = FunctionSpec.builder("many").module("main.js", COUNTS);
    for (int i = 0; i < 21; i++) {
      tooMany.schedule(CronSchedule.parse(i + " * * * *"));
    }
    assertThatThrownBy(() -> deploy(tooMany.build()))
        .isInstanceOf(DeploymentException.class)
        .hasMessage("schedule: 21 (expected: at most 20)");
  }

  private static FunctionSpec.Builder counting(String name) {
    return FunctionSpec.builder(name)
        .module("main.js", COUNTS)
        .kv("STORE", new KeyValueBinding(name, false))
        .route("/" + name);
  }

  private static void deploy(FunctionSpec spec) {
    assertThat(mesh.node(0).deployments().deploy(spec).complete()).isTrue();
  }

  /** How many ticks of a minute each node gets, all trying at once. */
  private static List<Integer> claims(Instant minute) {
    List<CompletableFuture<Integer>> claims = new ArrayList<>();
    mesh.nodes().forEach(node -> claims.add(node.schedules().minute(minute, Duration.ZERO)));
    return claims.stream().map(CompletableFuture::join).toList();
  }

  private static long ran() {
    return mesh.nodes().stream().mapToLong(node -> node.schedules().ran()).sum();
  }

  private static void awaitText(String path, String beginning) throws InterruptedException {
    TestMesh.until(() -> text(path).startsWith(beginning));
  }

  private static String text(String path) {
    try {
      return mesh.get(mesh.node(1), path).body();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
