package dev.brink.placement;

import static dev.brink.placement.TestMesh.F;
import static dev.brink.placement.TestMesh.REQUEST;
import static dev.brink.placement.TestMesh.ms;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.placement.Candidate.Exclusion;
import java.util.Random;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTest {

  /** Scores must not depend on where a clock without meaning began: it may even wrap around. */
  @ParameterizedTest
  @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 5_000_000, Long.MIN_VALUE, 12345})
  void theSumOfTheTermsDecides(long start) {
    var mesh = new TestMesh(start, "a", "b", "c").rtt("b", 10).rtt("c", 4).warm("b").cold("a", "c");
    mesh.placement.completed("b", REQUEST, new Observed(ms(10), 0, ms(40), ms(3), true), mesh.now);

    // a: 40 + 3, b: 10 + 3, c: 4 + 40 + 3
    assertThat(mesh.choose()).isEqualTo(new Choice("b", Reason.FASTEST, false, true));

    mesh.busy("b", 50);
    assertThat(mesh.choose()).isEqualTo(new Choice("a", Reason.FASTEST, true, false));

    mesh.pass(45);
    assertThat(mesh.node()).as("the wait has passed meanwhile").isEqualTo("b");
  }

  @Test
  void explainShowsTheTermsAndChoosesTheSame() {
    var mesh =
        new TestMesh(77, "a", "b", "c", "d").rtt("b", 10).rtt("c", 4).warm("a", "c").busy("b", 7);
    mesh.ran("a", 3).ran("a", 3);

    Decision decision = mesh.placement.explain(REQUEST, mesh.now);

    assertThat(decision.choice()).isEqualTo(mesh.choose());
    assertThat(decision.node()).isEqualTo("a");
    assertThat(decision.function()).isEqualTo(F);
    assertThat(decision.candidates())
        .extracting(Candidate::node)
        .containsExactly("a", "c", "b", "d");
    Candidate b = decision.candidates().get(2);
    assertThat(b.netNanos()).isCloseTo(ms(10), Percentage.withPercentage(0.01));
    assertThat(b.queueNanos()).isEqualTo(ms(7));
    assertThat(b.coldNanos()).isZero();
    assertThat(b.runNanos()).isEqualTo(ms(3));
    assertThat(b.warm()).isTrue();
    assertThat(b.exclusion()).isEmpty();
    assertThat(decision.candidates().get(3).exclusion()).contains(Exclusion.UNREPORTED);
    assertThat(decision.candidates())
        .allSatisfy(
            c ->
                assertThat(c.scoreNanos())
                    .isEqualTo(
                        c.netNanos()
                            + c.queueNanos()
                            + c.coldNanos()
                            + c.runNanos()
                            + c.dataNanos()
                            + c.penaltyNanos()));
  }

  @Test
  void aTieGoesLocal() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 0.2).warm("b").busy("a", 0.5);

    assertThat(mesh.choose()).isEqualTo(new Choice("a", Reason.LOCAL_TIE, true, true));

    mesh.busy("a", 1.5);
    assertThat(mesh.choose().reason()).isEqualTo(Reason.FASTEST);
    assertThat(mesh.node()).isEqualTo("b");
  }

  @Test
  void aTieOfOthersStaysWhereItWas() {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 2).rtt("c", 2).warm("b", "c").busy("a", 900);
    mesh.ran("b", 0.01).ran("c", 0.01);
    for (String node : new String[] {"b", "c"}) {
      mesh.rtt("b", 2).rtt("c", 2).sent(node).warm("b", "c");
      assertThat(mesh.node()).isEqualTo(node);
    }
    mesh.sent("b").warm("b", "c").rtt("b", 2.4);
    assertThat(mesh.choose()).isEqualTo(new Choice("b", Reason.LAST_USED, false, true));
  }

  @Test
  void steadyLoadWithNoisyMeasurementsDoesNotFlap() {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 5).rtt("c", 5).busy("a", 500);
    var random = new Random(1);
    int changes = 0;
    String last = "";
    for (int i = 0; i < 10_000; i++) {
      mesh.pass(10).busy("a", 500).warm("b", "c");
      mesh.rtt("b", 5 + random.nextDouble() * 0.5).rtt("c", 5 + random.nextDouble() * 0.5);
      String node = mesh.node();
      mesh.sent(node).pass(6).ran(node, 1 + random.nextDouble() * 0.1);
      changes += node.equals(last) ? 0 : 1;
      last = node;
    }
    assertThat(changes).isEqualTo(1);
  }

  @Test
  void whatWasSentSinceTheReportWaits() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 8).warm("a", "b");
    mesh.ran("a", 10);
    assertThat(mesh.node()).isEqualTo("a");

    mesh.sent("a").sent("a");
    assertThat(mesh.candidate("a").queueNanos())
        .as("two lanes were free, both are taken")
        .isCloseTo(ms(5), Percentage.withPercentage(0.001));

    mesh.sent("a");
    assertThat(mesh.candidate("a").queueNanos())
        .isCloseTo(ms(10), Percentage.withPercentage(0.001));
    assertThat(mesh.node()).isEqualTo("b");

    mesh.pass(5);
    assertThat(mesh.candidate("a").queueNanos()).isCloseTo(ms(5), Percentage.withPercentage(0.001));
    mesh.warm("a");
    assertThat(mesh.candidate("a").queueNanos()).as("a report knows better").isZero();
  }

  @Test
  void aColdStartNeverSeenIsExpectedToBeAsOtherFunctionsAre() {
    var mesh = new TestMesh(0, "a", "b").cold("a", "b");
    assertThat(mesh.candidate("a").coldNanos()).as("the prior").isEqualTo(ms(20));
    PlacementRequest other = PlacementRequest.of("other");
    mesh.placement.choose(other, mesh.now);
    var cold = new Observed(0, 0, ms(300), ms(1), true);
    mesh.placement.completed("b", other, cold, mesh.now);
    assertThat(mesh.candidate("a").coldNanos()).isEqualTo(ms(300));
    mesh.placement.learn(new FunctionSample(TestMesh.F, 0, 0, 0, 0, 1, ms(50), 0));
    assertThat(mesh.candidate("a").coldNanos()).as("told of it").isEqualTo(ms(50));
  }

  @Test
  void runsBesideTheLanesSlowANewcomer() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 12).warm("a", "b");
    mesh.ran("a", 10).ran("b", 10);
    mesh.tell(mesh.report("a").busy(1).warm(Set.of(F)));
    assertThat(mesh.candidate("a").queueNanos()).as("a processor is free").isZero();
    mesh.tell(mesh.report("a").busy(2).overtime(3).warm(Set.of(F)));
    assertThat(mesh.candidate("a").queueNanos())
        .as("five threads on two processors: two and a half times as long")
        .isCloseTo(ms(15), Percentage.withPercentage(0.001));
    assertThat(mesh.node()).isEqualTo("b");
  }

  @Test
  void aNewcomerWaitsForTheTypicalRunNotTheMean() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 50).warm("a", "b");
    for (int i = 0; i < 200; i++) {
      mesh.ran("a", i % 10 == 0 ? 1000 : 10);
    }
    mesh.warm("a");
    for (int i = 0; i < 4; i++) {
      mesh.sent("a");
    }
    // 4 runs of 10^(1 + 0.2) ms over 2 lanes, one piece on each for nothing; a mean is over 100 ms.
    assertThat(mesh.candidate("a").queueNanos()).isBetween(ms(10), ms(50));
  }

  @Test
  void aColdStartOnANodeThatIsWarmTeachesNothingOfTheFirst() {
    var mesh = new TestMesh(0, "a", "b").cold("a", "b");
    mesh.placement.completed("b", REQUEST, new Observed(0, 0, ms(300), ms(1), true), mesh.now);
    mesh.warm("b");
    mesh.placement.completed("b", REQUEST, new Observed(0, 0, ms(1), ms(1), true), mesh.now);
    assertThat(mesh.candidate("a").coldNanos()).isEqualTo(ms(300));
  }

  @Test
  void aReportDoesNotHideWhatIsStillOnItsWay() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 40).warm("b").ran("b", 10);
    mesh.pass(100).warm("b");
    for (int i = 0; i < 10; i++) {
      mesh.pass(10).sent("b");
    }
    // 10 pieces of 10 ms over 2 lanes in 100 ms; those of the last 40 ms were not seen by the node.
    mesh.busy("b", 3);
    assertThat(mesh.candidate("b").queueNanos()).isBetween(ms(3 + 19), ms(3 + 21));
  }

  @Test
  void aFunctionThatWaitsForOthersHoldsNoLane() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 5).warm("a", "b");
    mesh.choose();
    mesh.placement.completed("a", REQUEST, new Observed(0, 0, 0, ms(500), ms(1), false), mesh.now);
    for (int i = 0; i < 5; i++) {
      mesh.sent("a");
    }
    assertThat(mesh.candidate("a").runNanos()).isEqualTo(ms(500));
    assertThat(mesh.candidate("a").queueNanos()).isLessThan(ms(3));
  }

  @Test
  void whatWaitsForOthersIsNotSlowerForSharingProcessors() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 5);
    mesh.placement.completed("a", REQUEST, new Observed(0, 0, 0, ms(500), ms(1), false), mesh.now);
    mesh.tell(mesh.report("a").busy(2).overtime(2).warm(Set.of(F)));
    assertThat(mesh.candidate("a").queueNanos()).isCloseTo(ms(1), Offset.offset(10L));
  }

  @Test
  void anAnswerShowsThatTheFunctionIsWarmThere() {
    var mesh = new TestMesh(0, "a", "b").cold("a", "b").rtt("b", 1);
    assertThat(mesh.choose().warm()).isFalse();

    mesh.sent("a").ran("a", 1);
    assertThat(mesh.choose().warm()).isTrue();
    mesh.tell(mesh.report("a"));
    assertThat(mesh.choose().warm()).as("a report that does not speak of it").isTrue();
    mesh.cold("a");
    assertThat(mesh.choose().warm()).as("a report that does").isFalse();
  }

  @Test
  void aFunctionNamedBeforeItWasAskedForIsKnownToBeWarm() {
    var mesh = new TestMesh(0, "a", "b").cold("a").rtt("b", 1);
    var said = Set.of("g", F);
    mesh.tell(mesh.report("b").warm(said));

    assertThat(mesh.candidate("b").warm()).isTrue();
    assertThat(mesh.candidate("a").warm()).isFalse();
    assertThat(mesh.placement.choose(PlacementRequest.of("g"), mesh.now).node()).isEqualTo("b");
    mesh.tell(mesh.report("b").warm(said));
    assertThat(mesh.candidate("b").warm()).isTrue();
    assertThat(mesh.placement.nodes(mesh.now).get(1).warm()).isEqualTo(2);
  }

  @Test
  void aForgottenFunctionLeavesNothingToTheNext() {
    var mesh = new TestMesh(0, "a", "b").warm("a", "b").ran("a", 1);
    mesh.choose();
    mesh.ran("a", 70);
    mesh.placement.forget(F);

    var next = PlacementRequest.of("next");
    assertThat(mesh.placement.explain(next, mesh.now).candidates())
        .noneMatch(Candidate::warm)
        .allMatch(c -> c.runNanos() == ms(5));
    mesh.placement.sent("a", REQUEST, mesh.now);
    mesh.ran("a", 3);
    assertThat(mesh.candidate("a").runNanos()).as("late news of it is not kept").isEqualTo(ms(5));
  }

  @Test
  void excludedDrainingAndDepartedNodesAreNoCandidates() {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 1).rtt("c", 2).warm("b", "c").busy("a", 800);
    assertThat(mesh.node()).isEqualTo("b");
    var retry = REQUEST.excluding("b");
    assertThat(mesh.placement.choose(retry, mesh.now).node()).isEqualTo("c");
    assertThat(mesh.placement.choose(retry.excluding("c"), mesh.now))
        .isEqualTo(new Choice("a", Reason.ONLY_CANDIDATE, true, true));

    mesh.placement.draining("b", true);
    assertThat(mesh.candidate("b").exclusion()).contains(Exclusion.DRAINING);
    assertThat(mesh.node()).isEqualTo("c");
    mesh.tell(mesh.report("c").draining(true));
    assertThat(mesh.node()).isEqualTo("a");

    mesh.placement.draining("b", false);
    assertThat(mesh.node()).isEqualTo("b");
    mesh.placement.nodeDown("b", mesh.now);
    assertThat(mesh.node()).isEqualTo("a");
    mesh.placement.nodeDown("a", mesh.now);
    assertThat(mesh.node()).as("the local node stays").isEqualTo("a");
  }

  @Test
  void anUnhealthyNodeGetsNothingFromOthers() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1).warm("a", "b").busy("a", 800);
    assertThat(mesh.node()).isEqualTo("b");
    mesh.tell(mesh.report("b").unhealthy(true));
    assertThat(mesh.candidate("b").exclusion()).contains(Exclusion.UNHEALTHY);
    assertThat(mesh.node()).isEqualTo("a");
    mesh.tell(mesh.report("a").unhealthy(true));
    assertThat(mesh.candidate("a").exclusion()).as("it serves what comes to it").isEmpty();
    mesh.tell(mesh.report("b"));
    assertThat(mesh.candidate("b").exclusion()).isEmpty();
  }

  @Test
  void anUnhealthyNodeIsBetterThanNone() {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 1).rtt("c", 2).warm("a", "b", "c");
    Hints elsewhere = Hints.builder().pin(NodeSelector.parse("node=b|c")).build();
    PlacementRequest pinned = REQUEST.hints(elsewhere);
    mesh.tell(mesh.report("b").unhealthy(true));
    assertThat(mesh.placement.choose(pinned, mesh.now).node()).isEqualTo("c");
    mesh.tell(mesh.report("c").unhealthy(true));
    Choice choice = mesh.placement.choose(pinned, mesh.now);
    assertThat(choice).isEqualTo(new Choice("b", Reason.LAST_RESORT, false, true));
    assertThat(mesh.placement.choose(pinned.excluding("b"), mesh.now).node()).isEqualTo("c");
    assertThat(mesh.placement.choose(pinned.excluding("b").excluding("c"), mesh.now).allowed())
        .isFalse();
  }

  @Test
  void aNodeThatLackedAFunctionIsBetterThanNone() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1).warm("a").cold("b");
    PlacementRequest pinned =
        REQUEST.hints(Hints.builder().pin(NodeSelector.of("node", "b")).build());
    mesh.placement.notLoaded("b", pinned, mesh.now);
    assertThat(mesh.placement.choose(pinned, mesh.now))
        .isEqualTo(new Choice("b", Reason.LAST_RESORT, false, false));
  }

  @Test
  void anEjectedNodeIsBetterThanNone() {
    var mesh = new TestMesh(0, "a", "b", "c", "d").rtt("b", 1).rtt("c", 2).warm("a", "b", "c");
    PlacementRequest pinned =
        REQUEST.hints(Hints.builder().pin(NodeSelector.parse("node=b|c")).build());
    for (int i = 0; i < 5; i++) {
      mesh.failed("b");
    }
    assertThat(mesh.placement.choose(pinned, mesh.now))
        .as("the other one that may run it")
        .isEqualTo(new Choice("c", Reason.ONLY_CANDIDATE, false, true));
    for (int i = 0; i < 5; i++) {
      mesh.failed("c");
    }
    assertThat(mesh.placement.choose(pinned, mesh.now).reason()).isEqualTo(Reason.LAST_RESORT);
    assertThat(mesh.node()).isEqualTo("a");
    mesh.pass(1_500).failed("b").pass(1_600).warm("a", "c");
    assertThat(mesh.placement.nodes(mesh.now)).filteredOn(NodeStatus::ejected).hasSize(1);
    assertThat(mesh.placement.choose(pinned.excluding("c"), mesh.now).allowed())
        .as("one that has fallen silent as well is no resort")
        .isFalse();
  }

  @Test
  void aDrainingLocalNodeSendsEverythingElsewhere() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 100).warm("a", "b");
    mesh.placement.draining("a", true);
    assertThat(mesh.choose()).isEqualTo(new Choice("b", Reason.ONLY_CANDIDATE, false, true));
  }

  @Test
  void aNodeThatComesBackBeginsAnew() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1).warm("b").busy("a", 900);
    for (int i = 0; i < 5; i++) {
      mesh.failed("b");
    }
    mesh.placement.nodeUp(NodeInfo.of("b"));
    assertThat(mesh.candidate("b").exclusion()).contains(Exclusion.UNREPORTED);
    mesh.placement.report(LoadReport.builder("b", 1).warm(Set.of(F)).build(), mesh.now);
    assertThat(mesh.candidate("b").netNanos()).as("the prior").isEqualTo(ms(50));
    assertThat(mesh.node()).isEqualTo("b");
  }

  @Test
  void nodesSayWhatIsKnown() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1).busy("b", 9).pass(2);

    assertThat(mesh.placement.nodes(mesh.now))
        .extracting(n -> n.info().id())
        .containsExactly("a", "b");
    NodeStatus b = mesh.placement.nodes(mesh.now).get(1);
    assertThat(b.local()).isFalse();
    assertThat(b.rttNanos()).isEqualTo(ms(1));
    assertThat(b.rttAgeNanos()).isEqualTo(ms(2));
    assertThat(b.reportAgeNanos()).isEqualTo(ms(2));
    assertThat(b.queueNanos()).isEqualTo(ms(7));
    assertThat(b.busy()).isEqualTo(2);
    NodeStatus a = mesh.placement.nodes(mesh.now).getFirst();
    assertThat(a.reportAgeNanos()).isEqualTo(-1);
    assertThat(a.rttNanos()).isZero();
  }
}
