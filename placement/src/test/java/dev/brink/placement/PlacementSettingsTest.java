package dev.brink.placement;

import static dev.brink.placement.TestMesh.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlacementSettingsTest {

  private static List<Candidate> candidates(PlacementSettings settings) {
    var placement = Placement.create(NodeInfo.of("a"), settings);
    placement.nodeUp(NodeInfo.of("b"));
    placement.report(LoadReport.builder("b", 1).build(), 0);
    return placement.explain(REQUEST, 0).candidates();
  }

  @Test
  void thePriorsHoldUntilSomethingIsMeasured() {
    Candidate b = candidates(PlacementSettings.defaults()).get(1);
    assertThat(b.netNanos()).isEqualTo(50_000_000);
    assertThat(b.coldNanos()).isEqualTo(20_000_000);
    assertThat(b.runNanos()).isEqualTo(5_000_000);

    var own =
        PlacementSettings.builder()
            .rttPrior(Duration.ofMillis(3))
            .coldPrior(Duration.ofMillis(2))
            .runPrior(Duration.ofMillis(1))
            .build();
    assertThat(candidates(own).get(1).scoreNanos()).isEqualTo(6_000_000);
  }

  @Test
  void theToleranceDecidesWhatIsATie() {
    for (var tolerance : List.of(Duration.ZERO, Duration.ofSeconds(1))) {
      var settings = PlacementSettings.builder().tolerance(0, tolerance).build();
      var placement = Placement.create(NodeInfo.of("a"), settings);
      placement.nodeUp(NodeInfo.of("b"));
      placement.rtt("b", 1, 0);
      placement.report(LoadReport.builder("b", 1).build(), 0);
      placement.report(LoadReport.builder("a", 1).waitNanos(1000).build(), 0);
      assertThat(placement.choose(REQUEST, 0).local()).isEqualTo(!tolerance.isZero());
    }
  }

  @Test
  void badValuesAreRefused() {
    var builder = PlacementSettings.builder();
    assertThatThrownBy(() -> builder.tolerance(Double.NaN, Duration.ZERO))
        .hasMessage("share: NaN (expected: 0 to 1)");
    assertThatThrownBy(() -> builder.tolerance(0, Duration.ofMillis(-1)))
        .hasMessage("more: PT-0.001S (expected: 0 to 1 h)");
    assertThatThrownBy(() -> builder.rttPrior(Duration.ofHours(2)))
        .hasMessage("rttPrior: PT2H (expected: 0 to 1 h)");
    assertThatThrownBy(() -> NodeInfo.of(""))
        .hasMessage("id: \"\" (expected: at least one character)");
  }
}
