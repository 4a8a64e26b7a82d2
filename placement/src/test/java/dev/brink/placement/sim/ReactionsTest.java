package dev.brink.placement.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How fast the rule reacts, on made-up data; deterministic, in virtual time. */
class ReactionsTest {
  private static Scenario.Builder metropolis(int nodes, double load, double skew) {
    return Scenario.builder(RttMatrix.synthetic(nodes, 3), InvocationTrace.synthetic(5, 60, 7))
        .nodes(nodes)
        .lanes(4)
        .load(load)
        .ingressSkew(skew)
        .furtherCold(Duration.ofMillis(1))
        .runs(0.5, Duration.ofMillis(200));
  }

  @Test
  void aSlowFarOrDeadNodeLosesItsTrafficInTimeAndGetsItBack() {
    var reactions = new Reactions(metropolis(16, 0.3, 1), Baselines.rule("brink"), 1, 3);
    for (var trouble : Reactions.Trouble.values()) {
      Reactions.Reaction seen = reactions.to(trouble);
      assertThat(seen.usualPerSecond()).as(seen.row()).isGreaterThan(10);
      assertThat(seen.lostMillis()).as(seen.row()).isBetween(0, trouble.wantedMillis);
      assertThat(seen.due()).as(seen.row()).isGreaterThan(10);
      assertThat(seen.backMillis()).as(seen.row()).isBetween(0, 5_000);
    }
  }

  @Test
  void whereNothingIsDueToTheHealedNodeNoneIsSaidToBeBack() {
    var none = new Reactions.Reaction(Reactions.Trouble.DEAD, 0, 0, 0, 0, 0, 0, List.of());
    assertThat(none.row()).contains("none due").doesNotContain("| 0 ms | 5000 ms |");
    var some = new Reactions.Reaction(Reactions.Trouble.DEAD, 9, 50, 0, 0, 7, 0, List.of());
    assertThat(some.row()).contains("| 7 | 0 ms | 5000 ms |");
  }

  @Test
  void nothingFlapsWhileNothingIsShort() {
    var reactions = new Reactions(metropolis(12, 0.1, 0), Baselines.rule("brink"), 1, 1);
    assertThat(reactions.changesPerSecond()).isLessThan(0.1);
  }

  @Test
  void aBusyIngressChangesNodesBecauseItMust() {
    var scenario = metropolis(16, 0.3, 1);
    var own = new Reactions(scenario, Baselines.rule("brink"), 1, 1);
    var omniscient = new Reactions(scenario, Baselines.rule("oracle"), 1, 1);
    double all = own.changesPerSecond();
    assertThat(own.changesPerSecond(Result.Change.NEEDED)).isGreaterThan(0.5 * all);
    assertThat(own.changesPerSecond(Result.Change.WORSE)).isLessThan(0.2 * all);
    assertThat(omniscient.changesPerSecond()).isGreaterThan(0.5 * all);
    assertThat(omniscient.changesPerSecond(Result.Change.WORSE)).isZero();
  }
}
