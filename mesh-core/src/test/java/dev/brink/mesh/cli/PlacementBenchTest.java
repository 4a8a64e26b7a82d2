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
        List.of(run("a", chosen), run("b", other)));
  }

  private static RegretSample.Run run(String node, double millis, Double... again) {
    return new RegretSample.Run(node, millis, millis, List.of(again));
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
            REGRET                COMPARED    P50    P90    P99    MAX  WITHIN 5 % + 1 MS
            one run on each node         4  1.017  2.000  2.000  2.000             75.0 %
            """);
    Struct json = AdminJson.parse(report.json(), Struct.newBuilder()).build();
    assertThat(json.getFieldsOrThrow("regretP99").getNumberValue()).isEqualTo(2);
    assertThat(json.getFieldsOrThrow("samples").getListValue().getValuesList()).hasSize(4);
  }

  /** One whose first run was an accident, and one whose choice was wrong. */
  @Test
  void repetitionsTellTheChoiceFromChance() {
    var accident =
        new RegretSample(
            Instant.EPOCH,
            "default",
            "f",
            "a",
            3,
            List.of(run("a", 30.0, 10.0, 12.0, 11.0), run("b", 10.0, 40.0, 22.0, 9.0)));
    var wrong =
        new RegretSample(
            Instant.EPOCH,
            "default",
            "f",
            "a",
            1,
            List.of(run("a", 20.0, 20.0, 19.0, 22.0), run("b", 40.0, 8.0, 9.0, 10.0)));
    var report = new PlacementBenchReport("a test", 2);
    report.add(List.of(accident, wrong));

    Struct json = AdminJson.parse(report.json(), Struct.newBuilder()).build();
    assertThat(json.getFieldsOrThrow("regretMax").getNumberValue()).isEqualTo(3);
    assertThat(max(json, "medians")).isEqualTo(20.0 / 9);
    assertThat(max(json, "controlSameNode")).as("a took 30 ms and then 10").isEqualTo(3);
    assertThat(max(json, "controlBestByMedians"))
        .as("a is the best by medians and took 30 ms, b 10")
        .isEqualTo(3);
    var printed = new ByteArrayOutputStream();
    report.print(new PrintStream(printed, true, StandardCharsets.UTF_8));
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .containsPattern("medians of repeated runs +2 +2.222 +2.222 +2.222 +2.222 +50.0 %")
        .contains("control: the chosen node twice", "control: the best by medians, one run");
  }

  @Test
  void aReportWithoutComparisonsHasAnEmptyListAndWholeNumbers() {
    String json = new PlacementBenchReport("a test", 5).json();

    assertThat(json.replaceAll("\\s", "")).contains("\"samples\":[]", "\"answered\":5,");
  }

  private static double max(Struct json, String figures) {
    return json.getFieldsOrThrow(figures).getStructValue().getFieldsOrThrow("max").getNumberValue();
  }

  @Test
  void aComparisonThatWasNotRepeatedIsInTheFirstRowOnly() {
    var report = new PlacementBenchReport("a test", 1);
    report.add(List.of(sample(20, 10)));
    Struct json = AdminJson.parse(report.json(), Struct.newBuilder()).build();
    assertThat(
            json.getFieldsOrThrow("medians")
                .getStructValue()
                .getFieldsOrThrow("compared")
                .getNumberValue())
        .isZero();
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
    assertThat(run.run("bench", "placement", "--rate", "0.05")).isEqualTo(2);
    assertThat(run.run("bench", "placement", "--repeats", "11")).isEqualTo(2);
    assertThat(run.run("bench", "placement", "--warm-up", "0")).isEqualTo(2);
    assertThat(run.run("bench")).isEqualTo(2);
  }
}
