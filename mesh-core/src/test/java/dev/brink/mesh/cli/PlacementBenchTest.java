package dev.brink.mesh.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import dev.brink.mesh.deploy.RegretSample;
import dev.brink.mesh.wire.AdminJson;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementBenchTest {
  private static RegretSample sample(double chosen, double other) {
    return new RegretSample(
        Instant.EPOCH,
        "default",
        "f",
        "a",
        chosen / Math.min(chosen, other),
        List.of(new RegretSample.Run("a", chosen), new RegretSample.Run("b", other)));
  }

  @Test
  void theReportSaysHowGoodTheChoicesWere() {
    var report = new PlacementBenchReport("a test", 5);
    report.add(List.of(sample(20, 10), sample(5, 40)));
    report.add(List.of(sample(30, 29.5), sample(10, 10)));

    var printed = new ByteArrayOutputStream();
    report.print(new PrintStream(printed, true, StandardCharsets.UTF_8));
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            a test; 5 requests answered, 4 compared
            REGRET P50    P90    P99    MAX  WITHIN 5 % + 1 MS
                 1.017  2.000  2.000  2.000             75.0 %
            """);
    Struct json = AdminJson.parse(report.json(), Struct.newBuilder()).build();
    assertThat(json.getFieldsOrThrow("regretP99").getNumberValue()).isEqualTo(2);
    assertThat(json.getFieldsOrThrow("samples").getListValue().getValuesList()).hasSize(4);
  }

  @Test
  void aReportOfNothingSaysSo() {
    var report = new PlacementBenchReport("nothing", 0);
    assertThat(report.samples()).isZero();
    assertThat(report.json()).contains("\"regretP50\": null");
  }

  @Test
  void optionsAreChecked() {
    Run run = new Run();
    assertThat(run.run("bench", "placement", "--nodes", "1")).isEqualTo(2);
    assertThat(run.err()).contains("--nodes: 1 (expected: 2 to 16)");
    assertThat(run.run("bench", "placement", "--requests", "0")).isEqualTo(2);
    assertThat(run.run("bench")).isEqualTo(2);
  }
}
