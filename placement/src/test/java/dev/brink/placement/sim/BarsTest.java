package dev.brink.placement.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the rule is held to on measured data, when {@code ../shared/data} is there. */
@Tag("long")
class BarsTest {
  private static final Path DATA = Path.of("../../shared/data");

  private static Scenario.Builder measured() throws IOException {
    Path rtt = DATA.resolve("rtt/planetlab-490.txt");
    assumeTrue(Files.exists(rtt), "no measured data in " + DATA.toAbsolutePath().normalize());
    InvocationTrace trace =
        InvocationTrace.read(DATA.resolve("invocations/azure2019-250"))
            .only(f -> f.trigger().equals("http"));
    return Scenario.builder(RttMatrix.read(rtt), trace)
        .time(Duration.ofSeconds(10), Duration.ofSeconds(25));
  }

  private static Result run(Scenario scenario, String rule) {
    var result = new Result();
    for (int seed = 1; seed <= 5; seed++) {
      result.addAll(Simulation.run(scenario, Baselines.rule(rule), seed));
    }
    return result;
  }

  @Test
  void theMedianRequestHasNoRegret() throws IOException {
    assertThat(run(measured().build(), "brink").regret(0.5)).isLessThanOrEqualTo(1.03);
  }

  @Test
  void theMedianIsHalfOfTheBestRuleBlindToWarmth() throws IOException {
    var scenario = measured().build();
    double own = run(scenario, "brink").latencyMillis(0.5);
    for (String rule : List.of("random", "p2c", "peak-ewma-p2c", "peak-ewma", "c3", "prequal")) {
      assertThat(run(scenario, rule).latencyMillis(0.5)).as(rule).isGreaterThan(2 * own);
    }
  }
}
