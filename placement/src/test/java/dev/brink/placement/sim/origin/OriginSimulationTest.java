package dev.brink.placement.sim.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.brink.placement.origin.BalancingPolicy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OriginSimulationTest {
  private static OriginScore score(BalancingPolicy policy, Scenario scenario) {
    return new OriginSimulation(policy, scenario.origins(), 0.6, 20_000, 1).run();
  }

  @ParameterizedTest
  @EnumSource(names = {"LEAST_REQUESTS", "PEAK_EWMA", "LOWEST_RTT"})
  void aSlowOriginHurtsWhoDoesNotLook(BalancingPolicy policy) {
    double blind = score(BalancingPolicy.RANDOM, Scenario.ONE_SLOW).p99Millis();
    assertThat(score(policy, Scenario.ONE_SLOW).p99Millis()).isLessThan(blind / 2);
  }

  @Test
  void theNearestFirstPaysWhereOriginsAreFar() {
    assertThat(score(BalancingPolicy.LOWEST_RTT, Scenario.FAR).meanMillis())
        .isLessThan(0.95 * score(BalancingPolicy.ROUND_ROBIN, Scenario.FAR).meanMillis());
  }

  @Test
  void oneThatFailsFastGetsLittle() {
    assertThat(score(BalancingPolicy.PEAK_EWMA, Scenario.FAILING_FAST).failedShare())
        .isLessThan(0.01);
  }

  @Test
  void aBoundKeepsHotKeysFromHurting() {
    assertThat(score(BalancingPolicy.CONSISTENT_HASH, Scenario.EVEN).p99Millis())
        .isLessThan(score(BalancingPolicy.IP_HASH, Scenario.EVEN).p99Millis() / 2);
  }

  @Test
  void theSameSeedGivesTheSameResult() {
    assertThat(score(BalancingPolicy.TWO_CHOICES, Scenario.STALLING))
        .isEqualTo(score(BalancingPolicy.TWO_CHOICES, Scenario.STALLING));
  }

  @Test
  void theCommandPrintsATableAndWritesItsFiles(@TempDir Path directory) throws IOException {
    var out = new ByteArrayOutputStream();
    String line =
        "--policy peak-ewma,random --requests 1000 --seeds 2 --json %s --svg %s"
            .formatted(directory.resolve("out.json"), directory.resolve("out.svg"));
    Main.run(line.split(" ", -1), new PrintStream(out, true, StandardCharsets.UTF_8));
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("| one-slow | peak-ewma |")
        .contains("| one-slow | random |");
    assertThat(directory.resolve("out.json")).content().startsWith("[{\"scenario\":\"even\"");
    assertThat(directory.resolve("out.svg")).content().contains("peak-ewma").endsWith("</svg>\n");
    assertThatThrownBy(() -> Main.run(new String[] {"--policy", "best"}, System.out))
        .hasMessageStartingWith("--policy: best (expected: all, or of round-robin, random,");
    assertThatThrownBy(() -> Main.run(new String[] {"--requests", "99"}, System.out))
        .hasMessageStartingWith("--requests: 99.0 (expected: 100.0 to");
  }
}
