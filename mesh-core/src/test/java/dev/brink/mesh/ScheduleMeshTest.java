package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.mesh.cli.Commands;
import dev.brink.mesh.client.MeshClient;
import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.deploy.DeploymentException;
import dev.brink.mesh.deploy.FunctionPlacement;
import dev.brink.mesh.deploy.FunctionSpec;
import dev.brink.mesh.deploy.KeyValueBinding;
import dev.brink.mesh.deploy.Mesh;
import dev.brink.mesh.deploy.TickRequest;
import dev.brink.mesh.deploy.TickResult;
import dev.brink.placement.Hints;
import dev.brink.placement.NodeSelector;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Schedules on three nodes, whose clocks the test is: the nodes look at their own as well, so all
 * that is scheduled is so for a day that is half a year away.
 */
class ScheduleMeshTest {
  /** Counted from when the test is loaded, which is when the nodes start. */
  @SuppressWarnings("TimeInStaticInitializer")
  private static final LocalDate DAY = LocalDate.now(ZoneOffset.UTC).plusMonths(6);

  private static final Instant NOON = at(12, 0);
  private static final String EVERY_FIVE_MINUTES = onTheDay("*/5 *");
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

  @AfterEach
  void removeAll() {
    mesh.node(0)
        .deployments()
        .list()
        .forEach(each -> mesh.node(0).deployments().remove(each.tenant(), each.name()));
  }

  @Test
  void exactlyOneNodeRunsATick() throws Exception {
    deploy(counting("counts").schedule(CronSchedule.parse(EVERY_FIVE_MINUTES)).build());
    long before = ran();
    for (int i = 0; i < 3; i++) {
      assertThat(claims(NOON.plus(Duration.ofMinutes(5L * i)))).containsExactlyInAnyOrder(0, 0, 1);
    }
    assertThat(claims(NOON)).as("a tick that has run").containsOnly(0);
    assertThat(claims(NOON.plusSeconds(60))).as("a minute without a tick").containsOnly(0);
    awaitText("/counts", "3 " + EVERY_FIVE_MINUTES + " " + DAY + "T12:");
    assertThat(ran() - before).isEqualTo(3);
  }

  @Test
  void aTickRunsOnlyWhereItsFunctionMay() throws Exception {
    Hints hints = Hints.builder().pin(NodeSelector.parse("zone=z1")).build();
    deploy(
        counting("pinned")
            .schedule(CronSchedule.parse(onTheDay("30 3")))
            .placement(new FunctionPlacement(hints, FunctionPlacement.DEFAULT.affinity()))
            .build());
    assertThat(claims(at(3, 30))).containsExactly(0, 1, 0);
  }

  @Test
  void aFailedTickIsCounted() throws Exception {
    deploy(
        FunctionSpec.builder("fails")
            .module("main.js", "export default { scheduled() { throw new Error('no') } }")
            .schedule(CronSchedule.parse(onTheDay("0 4")))
            .build());
    assertThat(claims(at(4, 0))).containsExactlyInAnyOrder(0, 0, 1);
    TestMesh.until(
        () -> mesh.nodes().stream().mapToLong(node -> node.schedules().missed()).sum() == 1);
  }

  private static final String PRINTS =
      """
      export default {
        async scheduled(event, env, ctx) {
          console.log(event.cron, new Date(event.scheduledTime).toISOString());
          ctx.waitUntil(scheduler.wait(1).then(() => console.warn('later')));
          if (event.cron.startsWith('13 ')) throw new RangeError('unlucky');
        },
      };
      """;

  @Test
  void aTickCanBeRunByHand() {
    deploy(
        FunctionSpec.builder("prints")
            .module("main.js", PRINTS)
            .schedule(CronSchedule.parse(EVERY_FIVE_MINUTES))
            .build());
    Mesh here = mesh.node(1).mesh();
    TickResult result =
        here.tick("default", "prints", new TickRequest(Optional.of(NOON), Optional.empty()));
    assertThat(result.ok()).isTrue();
    assertThat(result.node()).isEqualTo("n1");
    assertThat(result.wallMillis()).isPositive();
    assertThat(result.log())
        .containsExactly(
            new TickResult.Line("INFO", EVERY_FIVE_MINUTES + " " + DAY + "T12:00:00.000Z"),
            new TickResult.Line("WARN", "later"));

    Instant before = Instant.now().minusMillis(1);
    assertThat(here.tick("default", "prints", TickRequest.NOW).time())
        .isBetween(before, Instant.now());

    MeshNode other = mesh.node(2);
    try (MeshClient client = MeshClient.connect(other.adminUri(), other.adminToken())) {
      TickResult failed =
          client.tick(
              "default", "prints", new TickRequest(Optional.of(NOON), Optional.of("13 * * * *")));
      assertThat(failed.ok()).isFalse();
      assertThat(failed.code()).isEqualTo("function-error");
      assertThat(failed.detail()).isEqualTo("RangeError: unlucky");
      assertThat(failed.log().getLast().text()).startsWith("RangeError: unlucky\n    at ");
    }
  }

  @Test
  void whatATickByHandPrintsIsBounded() {
    String prints =
        "export default { scheduled() { for (let i = 0; i < 3000; i++) console.log('') } };";
    deploy(FunctionSpec.builder("talks").module("main.js", prints).build());
    TickResult result = mesh.node(0).mesh().tick("default", "talks", TickRequest.NOW);
    assertThat(result.ok()).isTrue();
    assertThat(result.log()).hasSize(1_000);
    assertThat(result.log().getLast().text()).isEqualTo("… the rest is in the log");
  }

  @Test
  void aTickByHandIsRefusedWhereItCannotRun() {
    Hints hints = Hints.builder().pin(NodeSelector.parse("zone=z1")).build();
    deploy(
        counting("elsewhere")
            .placement(new FunctionPlacement(hints, FunctionPlacement.DEFAULT.affinity()))
            .build());
    refused("elsewhere", Optional.empty(), "tick-not-here", "(expected: one of n1)");
    refused(
        "nothing", Optional.empty(), "deployment-not-found", "(expected: one that is deployed)");
    deploy(FunctionSpec.of("fetches", "export default { fetch() {} }", "/fetches"));
    refused("fetches", Optional.of("* * *"), "invalid-request", "schedule: * * * (expected: ");
    assertThat(mesh.node(0).mesh().tick("default", "fetches", TickRequest.NOW).code())
        .isEqualTo("no-handler");
  }

  private static void refused(String name, Optional<String> cron, String code, String message) {
    assertThatThrownBy(
            () ->
                mesh.node(0).mesh().tick("default", name, new TickRequest(Optional.empty(), cron)))
        .isInstanceOfSatisfying(
            DeploymentException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(message);
  }

  @Test
  void theCommandLineRunsATick() {
    deploy(FunctionSpec.builder("shell").module("main.js", PRINTS).build());
    var brink = new Commands(mesh.node(0).adminUri(), mesh.node(0).adminToken());
    String time = "2026-11-27T12:00:00Z";
    var well =
        brink.run("", "invoke", "shell", "--scheduled", "--time", time, "--cron", "0 0 * * *");
    assertThat(well.code()).isZero();
    assertThat(well.out()).isEqualTo("INFO 0 0 * * * 2026-11-27T12:00:00.000Z\nWARN later\n");
    assertThat(well.err())
        .containsPattern("the tick of " + time + " ran on n0: [0-9.]+ ms, [0-9.]+ ms of processor");

    String[] unlucky = {"invoke", "shell", "--scheduled", "--cron", "13 0 * * *"};
    var badly = brink.run("", unlucky);
    assertThat(badly.code()).isEqualTo(1);
    assertThat(badly.out()).startsWith("INFO 13 0 * * * ").contains("ERROR RangeError: unlucky");
    assertThat(badly.err()).endsWith("brink invoke: function-error: RangeError: unlucky\n");
    var json = brink.run("", "invoke", "shell", "--scheduled", "--json", "--cron", "13 0 * * *");
    assertThat(json.out())
        .contains("\"code\": \"function-error\"", "\"detail\": \"RangeError: unlucky\"");

    var noTime = brink.run("", "invoke", "shell", "--scheduled", "--time", "noon");
    assertThat(noTime.code()).isEqualTo(2);
    assertThat(noTime.err()).contains("time: noon (expected: a time in UTC such as 2026-");
    assertThat(brink.run("", "invoke", "shell", "--time", time).code()).isEqualTo(2);
    assertThat(brink.run("", "invoke", "shell", "/path", "--scheduled").code()).isEqualTo(2);
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

  private static Instant at(int hour, int minute) {
    return DAY.atTime(hour, minute).toInstant(ZoneOffset.UTC);
  }

  /** A schedule of that day alone. */
  private static String onTheDay(String minuteAndHour) {
    return "%s %d %d *".formatted(minuteAndHour, DAY.getDayOfMonth(), DAY.getMonthValue());
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
