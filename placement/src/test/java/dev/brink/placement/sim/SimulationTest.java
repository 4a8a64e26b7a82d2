package dev.brink.placement.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small simulations on made-up data; the bars on measured data are in BarsTest. */
class SimulationTest {
  private static Scenario.Builder small() {
    return Scenario.builder(RttMatrix.synthetic(30, 7), InvocationTrace.synthetic(30, 60, 7))
        .nodes(8)
        .lanes(4)
        .runs(1, Duration.ofMillis(200))
        .time(Duration.ofSeconds(2), Duration.ofSeconds(6));
  }

  private static Result run(Scenario scenario, String rule) {
    return Simulation.run(scenario, Baselines.rule(rule), 1);
  }

  @Test
  void theSameSeedGivesTheSameResult() {
    var scenario = small().time(Duration.ofSeconds(1), Duration.ofSeconds(2)).build();
    for (String rule : Baselines.names()) {
      Result one = run(scenario, rule);
      assertThat(one.size()).as(rule).isGreaterThan(100);
      assertThat(Table.row(new Run(rule, 0.5, one)))
          .isEqualTo(Table.row(new Run(rule, 0.5, run(scenario, rule))));
    }
  }

  @Test
  void theRuleIsNearTheOracleAndTheOthersAreNot() {
    var scenario = small().load(0.4).build();
    Result oracle = run(scenario, "oracle");
    assertThat(oracle.nearBestShare()).isEqualTo(1);
    Result brink = run(scenario, "brink");
    assertThat(brink.regret(0.5)).isLessThanOrEqualTo(1.03);
    assertThat(brink.nearBestShare()).isGreaterThan(0.75);
    for (String blind : List.of("random", "p2c", "peak-ewma-p2c", "peak-ewma")) {
      Result other = run(scenario, blind);
      assertThat(other.latencyMillis(0.5)).as(blind).isGreaterThan(2 * brink.latencyMillis(0.5));
      assertThat(other.nearBestShare()).as(blind).isLessThan(brink.nearBestShare());
    }
  }

  @Test
  void busyNodesRefuseOnceAndEveryRequestIsAnswered() {
    var scenario = small().load(0.9).build();
    Result brink = run(scenario, "brink");
    assertThat(brink.refusals()).isPositive().isLessThan(brink.size() / 5);
    Result random = run(scenario, "random");
    assertThat(random.refusals()).as("nobody else's requests are refused").isZero();
    assertThat(brink.size()).isEqualTo(random.size());
    assertThat(brink.failures()).isZero();
  }

  @Test
  void nodesThatKnowTheirRunsLeaveLessToRegret() {
    var scenario = small().load(0.8);
    Result usual = run(scenario.build(), "brink");
    Result known = run(scenario.knownRuns(true).build(), "brink");
    assertThat(known.choiceRegret(0.99)).isLessThan(usual.choiceRegret(0.99));
  }

  @Test
  void theWorkThatComesIsTheLoadAskedFor() {
    var scenario = small().load(0.5).time(Duration.ZERO, Duration.ofSeconds(40)).build();
    double nanos =
        new Workload(scenario, 5).requests().stream().mapToDouble(SimRequest::runNanos).sum();
    assertThat(nanos / 40e9 / 8 / 4).isBetween(0.45, 0.55);
  }

  @Test
  void aDeadNodeLosesItsTrafficAndEveryRequestAnAnswerElsewhere() {
    var dead = new Scenario.Fault.Dead(0, Duration.ofSeconds(3), Duration.ofSeconds(60));
    Result result = run(small().load(0.4).faults(List.of(dead)).build(), "brink");
    assertThat(share(result, 0, 2, 3)).isPositive();
    assertThat(share(result, 0, 4, 6)).isZero();
    assertThat(result.failures()).isLessThan(result.size() / 20);
  }

  @Test
  void aSlowNodeLosesItsTrafficAndGetsItBack() {
    var slow = new Scenario.Fault.Slow(0, 10, Duration.ofSeconds(3), Duration.ofSeconds(6));
    var scenario =
        small()
            .load(0.4)
            .time(Duration.ofSeconds(2), Duration.ofSeconds(14))
            .faults(List.of(slow))
            .build();
    Result result = run(scenario, "brink");
    double before = share(result, 0, 2, 3);
    assertThat(share(result, 0, 4, 6)).isLessThan(0.3 * before);
    assertThat(share(result, 0, 11, 14)).isGreaterThan(0.3 * before);
  }

  private static double share(Result result, int node, double from, double until) {
    return result.rows().stream()
        .filter(row -> row.atNanos() >= from * 1e9 && row.atNanos() < until * 1e9)
        .mapToDouble(row -> row.node() == node ? 1 : 0)
        .average()
        .orElseThrow();
  }

  @Test
  void theCommandLineWritesWhatItFound(@TempDir Path directory) throws IOException {
    Path json = directory.resolve("out.json");
    Path svg = directory.resolve("out.svg");
    var out = new ByteArrayOutputStream();
    String line =
        "--rtt synthetic --trace synthetic --rule brink,local --nodes 3 --lanes 2 --load 0.3"
            + " --seeds 1 --warm-up 0.5 --seconds 1 --data 0.5 --fault far:1:0.5:1"
            + " --json %s --svg %s".formatted(json, svg);
    Main.run(line.split(" ", -1), new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("| brink |").contains("| local |");
    assertThat(Files.readString(json)).contains("\"rule\":\"brink\"").contains("\"regret_p99\":");
    assertThat(Files.readString(svg)).startsWith("<svg").contains("local").endsWith("</svg>\n");
  }

  @Test
  void severalLoadsAndReactionsAreDrawnOverWhatTheyGoBy(@TempDir Path directory)
      throws IOException {
    Path svg = directory.resolve("out.svg");
    String small = "--nodes 4 --lanes 2 --seeds 1 --svg " + svg;
    String loads = small + " --rule brink,random --load 0.2,0.4 --warm-up 0.5 --seconds 1";
    var out = new ByteArrayOutputStream();
    Main.run(loads.split(" ", -1), new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("| brink | 0.2 |")
        .contains("| random | 0.4 |");
    assertThat(svg).content().contains("<polyline").contains("random").contains("load");
    String reactions = small + " --rule brink --load 0.2 --reactions true";
    Main.run(reactions.split(" ", -1), new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(svg).content().contains("node dead").contains("seconds");
  }

  @Test
  void whatIsNotJudgedHasTheSameLatencyAndNoRegret() {
    var scenario = small().load(0.5);
    Result all = run(scenario.build(), "peak-ewma");
    Result some = run(scenario.judged(0.2).build(), "peak-ewma");
    Result none = run(scenario.judged(0).build(), "peak-ewma");
    assertThat(none.size()).isEqualTo(all.size());
    assertThat(none.latencyMillis(0.99)).isEqualTo(all.latencyMillis(0.99));
    assertThat(some.latencyMillis(0.5)).isEqualTo(all.latencyMillis(0.5));
    assertThat(none.regret(0.5)).isZero();
    assertThat(some.regret(0.5)).isBetween(0.8 * all.regret(0.5), 1.25 * all.regret(0.5));
    assertThat(some.nearBestShare())
        .isBetween(all.nearBestShare() - 0.1, all.nearBestShare() + 0.1);
  }

  @Test
  void aWrongArgumentIsNamed() {
    for (String line : List.of("--rulle all", "--rule best", "--nodes x", "--load 9", "--nodes")) {
      assertThatThrownBy(() -> Main.run(line.split(" ", -1), System.out))
          .as(line)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected:");
    }
  }
}
