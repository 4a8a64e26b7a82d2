package dev.brink.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.mesh.deploy.CronSchedule;
import dev.brink.mesh.deploy.FunctionSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two of five nodes, which are no majority, so that neither can claim a tick. */
class LostTickTest {
  @Test
  void aTickThatNobodyCanClaimIsMissedOnce(@TempDir Path directory) throws Exception {
    LocalDate day = LocalDate.now(ZoneOffset.UTC).plusMonths(6);
    Instant noon = day.atTime(12, 0).toInstant(ZoneOffset.UTC);
    String schedule = "0 12 %d %d *".formatted(day.getDayOfMonth(), day.getMonthValue());
    try (TestMesh all = TestMesh.start(directory, 5)) {
      assertThat(
              all.node(0)
                  .deployments()
                  .deploy(
                      FunctionSpec.builder("ticks")
                          .module("main.js", "export default { scheduled() {} }")
                          .schedule(CronSchedule.parse(schedule))
                          .build())
                  .complete())
          .isTrue();
    }
    try (TestMesh two = TestMesh.start(directory, 2)) {
      List<CompletableFuture<Integer>> claims =
          two.nodes().stream().map(node -> node.schedules().minute(noon, Duration.ZERO)).toList();
      assertThat(claims.stream().map(CompletableFuture::join)).containsOnly(0);
      assertThat(two.nodes().stream().mapToLong(node -> node.schedules().missed()).sum())
          .isEqualTo(1);
    }
  }
}
