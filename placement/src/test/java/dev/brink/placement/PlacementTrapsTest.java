package dev.brink.placement;

import static dev.brink.placement.TestMesh.F;
import static dev.brink.placement.TestMesh.REQUEST;
import static dev.brink.placement.TestMesh.ms;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.placement.Candidate.Exclusion;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlacementTrapsTest {

  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE})
  void senselessReportsAttractNothing(long senseless) {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1).warm("b").busy("a", 100);
    assertThat(mesh.node()).isEqualTo("b");

    mesh.tell(
        mesh.report("b")
            .lanes((int) senseless)
            .busy((int) senseless)
            .queued((int) senseless)
            .waitNanos(senseless)
            .warm(Set.of(F)));

    assertThat(mesh.node()).isEqualTo("a");
    Candidate b = mesh.candidate("b");
    assertThat(b.queueNanos()).isBetween(ms(1000), ms(60_000));
    assertThat(b.scoreNanos()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, Integer.MIN_VALUE})
  void aNegativeCountAttractsNothing(int negative) {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 5).rtt("c", 6).busy("a", 900);
    mesh.choose();
    for (int i = 0; i < 9; i++) {
      mesh.ran("b", 20).ran("c", 20);
    }
    mesh.warm("b", "c");
    assertThat(mesh.node()).isEqualTo("b");
    mesh.tell(mesh.report("b").overtime(negative).warm(Set.of(F)));
    assertThat(mesh.node()).isEqualTo("c");
    mesh.tell(mesh.report("b").busy(negative).warm(Set.of(F)));
    assertThat(mesh.node()).isEqualTo("c");
    mesh.tell(mesh.report("b").queued(negative).warm(Set.of(F)));
    assertThat(mesh.node()).isEqualTo("c");
    mesh.warm("b");
    assertThat(mesh.node()).as("it makes sense again").isEqualTo("b");
  }

  @Test
  void moreOvertimeThanThereCanBeCountsAsTheMost() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1).ran("b", 20);
    mesh.tell(mesh.report("b").busy(2).overtime(Integer.MAX_VALUE).warm(Set.of(F)));
    assertThat(mesh.candidate("b").queueNanos()).isCloseTo(ms(20 * 8), Offset.offset(ms(0.1)));
  }

  /** What NaN and infinity became on their way into a number of nanoseconds. */
  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE})
  void senselessMeasurementsTeachNothing(long senseless) {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 3).warm("a", "b");
    mesh.choose();
    mesh.ran("b", 2);
    var observed = new Observed(senseless, senseless, senseless, senseless, senseless, true);
    for (int i = 0; i < 20; i++) {
      mesh.placement.rtt("b", senseless, mesh.now);
      mesh.placement.completed("b", REQUEST, observed, mesh.now);
    }
    Candidate b = mesh.candidate("b");
    assertThat(b.netNanos()).isEqualTo(ms(3));
    assertThat(b.runNanos()).isEqualTo(ms(2));
    assertThat(b.slow()).isEqualTo(1);
    assertThat(mesh.placement.explain(REQUEST, mesh.now).candidates())
        .allSatisfy(c -> assertThat(c.scoreNanos()).isBetween(0L, ms(1e6)));
  }

  /** Longer than the run, or negative: the most it can have been is the run. */
  @ParameterizedTest
  @ValueSource(longs = {-1, Long.MIN_VALUE, 3_600_000_000_000L, Long.MAX_VALUE})
  void aSenselessTimeOnALaneCountsAsTheRun(long senseless) {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1).warm("a", "b");
    var observed = new Observed(-1, 0, 0, ms(20), senseless, false);
    mesh.placement.completed("b", REQUEST, observed, mesh.now);
    mesh.placement.learn(new FunctionSample(F, 0, 5, ms(20), senseless, 0, 0, 0));
    mesh.sent("b").sent("b");
    assertThat(mesh.candidate("b").queueNanos()).isBetween(ms(9), ms(21));
  }

  @Test
  void newsOfUnknownNodesIsIgnored() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 3).warm("a", "b");
    var before = mesh.placement.nodes(mesh.now);
    mesh.placement.failed("unknown", mesh.now, 1);
    mesh.placement.refused("unknown", mesh.now);
    mesh.placement.rtt("unknown", 1, mesh.now);
    mesh.placement.draining("unknown", true);
    mesh.placement.nodeDown("unknown", mesh.now);
    mesh.sent("unknown").ran("unknown", 1).warm("unknown");
    assertThat(mesh.placement.nodes(mesh.now)).isEqualTo(before);
  }

  @Test
  void zerosAreMeasurements() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 0).warm("a", "b");
    mesh.choose();
    mesh.placement.completed("b", REQUEST, new Observed(0, 0, 0, 0, 0, true), mesh.now);
    assertThat(mesh.candidate("b").scoreNanos()).isBetween(0L, 10L);
    assertThat(mesh.node()).isEqualTo("a");
  }

  @Test
  void anAbsurdRetryAfterHasABound() {
    var mesh = new TestMesh(0, "a", "b").warm("a", "b").rtt("b", 1);
    mesh.placement.failed("b", mesh.now, Long.MAX_VALUE);
    assertThat(mesh.candidate("b").penaltyNanos()).isEqualTo(ms(60_000));
    mesh.placement.failed("b", mesh.now, Long.MIN_VALUE);
    assertThat(mesh.candidate("b").penaltyNanos()).isEqualTo(ms(60_000));
    mesh.pass(61_000);
    assertThat(mesh.candidate("b").penaltyNanos()).isEqualTo(ms(60_000)); // its report is late
    mesh.warm("b");
    assertThat(mesh.candidate("b").penaltyNanos()).isZero();
  }

  @Test
  void oneNodeIsEnough() {
    var mesh = new TestMesh(0, "a");
    assertThat(mesh.choose()).isEqualTo(new Choice("a", Reason.ONLY_CANDIDATE, true, false));
    for (int i = 0; i < 50; i++) {
      mesh.failed("a");
      assertThat(mesh.choose().reason()).isEqualTo(Reason.ONLY_CANDIDATE);
    }
    mesh.placement.draining("a", true);
    assertThat(mesh.choose()).isEqualTo(new Choice("a", Reason.NOTHING_LEFT, true, false));
  }

  @Test
  void whenNothingIsLeftLocalTries() {
    var mesh = new TestMesh(0, "a", "b", "c").warm("a", "b", "c");
    var request = REQUEST.excluding(Set.of("a", "b", "c"));
    assertThat(mesh.placement.choose(request, mesh.now))
        .isEqualTo(new Choice("a", Reason.NOTHING_LEFT, true, true));
    assertThat(mesh.placement.explain(request, mesh.now).candidates())
        .extracting(c -> c.exclusion().orElseThrow())
        .containsOnly(Exclusion.EXCLUDED);
  }

  @Test
  void neverMoreThanHalfIsEjected() {
    var mesh = new TestMesh(0, "a", "b", "c", "d", "e");
    mesh.warm("a", "b", "c", "d", "e");
    for (int i = 0; i < 10; i++) {
      mesh.failed("a").failed("b").failed("c").failed("d").failed("e");
    }
    assertThat(mesh.placement.nodes(mesh.now)).filteredOn(NodeStatus::ejected).hasSize(2);

    mesh.placement.nodeDown("e", mesh.now);
    mesh.placement.nodeDown("d", mesh.now);
    assertThat(mesh.placement.nodes(mesh.now)).filteredOn(NodeStatus::ejected).hasSizeLessThan(2);
  }

  @Test
  void ofTwoBothEjectedOnlyOneRests() {
    var mesh = new TestMesh(0, "a", "b", "c").warm("a", "b", "c");
    for (int i = 0; i < 5; i++) {
      mesh.failed("b").failed("c");
    }
    assertThat(mesh.placement.nodes(mesh.now)).filteredOn(NodeStatus::ejected).hasSize(1);
    mesh.placement.nodeDown("c", mesh.now);
    mesh.placement.nodeDown("b", mesh.now);
    assertThat(mesh.choose().reason()).isEqualTo(Reason.ONLY_CANDIDATE);
  }

  @Test
  void aStaleReportAgesAndThenCountsOut() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1).warm("b").busy("a", 400);
    assertThat(mesh.node()).isEqualTo("b");
    mesh.pass(990).busy("a", 400);
    assertThat(mesh.candidate("b").penaltyNanos()).isZero();
    assertThat(mesh.node()).isEqualTo("b");
    mesh.pass(500).busy("a", 400);
    assertThat(mesh.candidate("b").penaltyNanos()).isEqualTo(ms(490));
    assertThat(mesh.node()).isEqualTo("a");
    mesh.pass(1511).busy("a", 60_000);
    assertThat(mesh.candidate("b").exclusion()).contains(Exclusion.STALE);
    assertThat(mesh.choose().reason()).isEqualTo(Reason.ONLY_CANDIDATE);
    mesh.warm("b");
    assertThat(mesh.node()).isEqualTo("b");
  }

  /** Requests each 5 ms for a second, of which the node gets so many; it may be dead. */
  private static int sentIn(TestMesh mesh, String node, boolean dead) {
    int sent = 0;
    for (int i = 0; i < 200; i++) {
      mesh.pass(5);
      if (i % 20 == 0) {
        mesh.busy("a", 400).busy("c", 60);
        if (!dead) {
          mesh.busy(node, 60);
        }
      }
      String chosen = mesh.node();
      sent += chosen.equals(node) ? 1 : 0;
      mesh.sent(chosen);
    }
    return sent;
  }

  @Test
  void aNodeThatFallsSilentDoesNotLookTheEmptierTheLongerItIs() {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 1).rtt("c", 1).ran("b", 10);
    int usual = sentIn(mesh, "b", false);
    assertThat(usual).isBetween(50, 150);
    assertThat(sentIn(mesh, "b", true)).isLessThan(usual);
  }

  @Test
  void whereReportsAreRareWorkGetsDoneForLonger() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1);
    for (int i = 0; i < 20; i++) {
      mesh.pass(600).busy("a", 5_000).busy("b", 1_000);
    }
    assertThat(mesh.pass(900).candidate("b").queueNanos()).isEqualTo(ms(100));
    for (int i = 0; i < 300; i++) {
      mesh.pass(100).busy("a", 5_000).busy("b", 1_000);
    }
    assertThat(mesh.pass(900).candidate("b").queueNanos()).isBetween(ms(700), ms(800));
  }

  @Test
  void theLocalNodeNeedsNoReport() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1).warm("a").pass(60_000).warm("b");
    assertThat(mesh.choose().local()).isTrue();
    assertThat(mesh.candidate("a").penaltyNanos()).isZero();
  }

  @Test
  void lateAndRepeatedReportsAreIgnored() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1);
    mesh.placement.report(LoadReport.builder("b", 7).waitNanos(ms(30)).build(), mesh.now);
    mesh.placement.report(LoadReport.builder("b", 6).build(), mesh.now);
    mesh.placement.report(LoadReport.builder("b", 7).build(), mesh.now);
    assertThat(mesh.candidate("b").queueNanos()).isEqualTo(ms(30));

    mesh.pass(1001);
    mesh.placement.report(LoadReport.builder("b", 1).waitNanos(ms(5)).build(), mesh.now);
    assertThat(mesh.candidate("b").queueNanos()).as("it has begun again").isEqualTo(ms(5));
  }

  @Test
  void aNodeThatFailsFastAttractsNoTraffic() {
    var mesh = new TestMesh(0, "a", "b", "sink").rtt("b", 20).rtt("sink", 0.1).ran("a", 1);
    int sunk = 0;
    for (int i = 0; i < 3000; i++) {
      mesh.pass(10).busy("a", 300).warm("b", "sink");
      String node = mesh.node();
      mesh.sent(node);
      if (node.equals("sink")) {
        sunk++;
        mesh.failed(node);
      } else {
        mesh.ran(node, 1);
      }
    }
    assertThat(sunk).as("of 3000 requests in 30 s").isBetween(2, 15);
  }

  @Test
  void aNodeThatWasOutAndSpeaksAgainIsNotHeldToItsFailures() {
    var mesh = new TestMesh(0, "a", "b").warm("a", "b").rtt("b", 1).failed("b").failed("b");
    mesh.pass(2_000).warm("b");
    assertThat(mesh.candidate("b").penaltyNanos()).as("quiet").isEqualTo(ms(1250));
    mesh.failed("b").pass(3_001).warm("b");
    assertThat(mesh.candidate("b").penaltyNanos()).as("out and back").isZero();
  }

  @Test
  void fiveFailuresInARowEjectForLongerEachTime() {
    var mesh = new TestMesh(-9, "a", "b").warm("a", "b").rtt("b", 1);
    for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
      for (int i = 0; i < 5; i++) {
        assertThat(mesh.candidate("b").exclusion()).isEmpty();
        mesh.failed("b");
        if (seconds > 1) {
          break; // one more in the row is enough
        }
      }
      mesh.pass(seconds * 1000 - 1).warm("b");
      assertThat(mesh.candidate("b").exclusion()).contains(Exclusion.EJECTED);
      mesh.pass(1).warm("b");
      assertThat(mesh.candidate("b").exclusion()).isEmpty();
    }
    mesh.ran("b", 1).pass(31_000).warm("b").ran("b", 1);
    for (int i = 0; i < 5; i++) {
      assertThat(mesh.candidate("b").exclusion()).as("all is forgotten").isEmpty();
      mesh.failed("b");
    }
    mesh.pass(1000).warm("b");
    assertThat(mesh.candidate("b").exclusion()).isEmpty();
  }

  @Test
  void anAnswerBreaksTheRow() {
    var mesh = new TestMesh(0, "a", "b").warm("a", "b");
    for (int i = 0; i < 20; i++) {
      mesh.failed("b").failed("b").failed("b").failed("b").ran("b", 1);
    }
    assertThat(mesh.candidate("b").exclusion()).isEmpty();
    assertThat(mesh.candidate("b").penaltyNanos()).isEqualTo(ms(5000));
    mesh.pass(3000).warm("b");
    assertThat(mesh.candidate("b").penaltyNanos()).isEqualTo(ms(625));
  }

  @Test
  void aNodeReturnsWithinSecondsAfterAFailure() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1);
    mesh.busy("a", 300).warm("b").failed("b");
    assertThat(mesh.node()).isEqualTo("a");
    mesh.pass(5000).warm("b").busy("a", 300);
    assertThat(mesh.node()).isEqualTo("b");
  }

  @Test
  void aRefusalKeepsAwayForABeatAndALiarForLonger() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1);
    mesh.busy("a", 50).warm("b");
    mesh.placement.refused("b", mesh.now);
    assertThat(mesh.node()).isEqualTo("a");
    mesh.pass(100).busy("a", 50).warm("b");
    assertThat(mesh.node()).isEqualTo("b");

    int refused = 0;
    for (int i = 0; i < 1000; i++) {
      mesh.pass(10).busy("a", 50).warm("b");
      if (mesh.node().equals("b")) {
        refused++;
        mesh.placement.refused("b", mesh.now);
      }
    }
    assertThat(refused).as("by a liar that reports no load, in 10 s").isBetween(8, 16);
    mesh.ran("b", 1).pass(1000).busy("a", 50).warm("b");
    assertThat(mesh.candidate("b").penaltyNanos()).isZero();
  }

  @Test
  void anOutlierOfTheNetworkIsConfirmedFirst() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 10).rtt("b", 200);
    assertThat(mesh.candidate("b").netNanos()).isEqualTo(ms(10));
    mesh.rtt("b", 20);
    assertThat(mesh.candidate("b").netNanos()).isCloseTo(ms(13), Offset.offset(2L));
    mesh.rtt("b", 200).rtt("b", 110);
    assertThat(mesh.candidate("b").netNanos()).isEqualTo(ms(110));
  }

  @Test
  void theLocalNodeHasNoNetworkWhateverIsMeasured() {
    var mesh = new TestMesh(0, "a", "b").rtt("a", 500);
    mesh.placement.completed("a", REQUEST, new Observed(ms(9), 0, 0, 1, false), mesh.now);
    assertThat(mesh.candidate("a").netNanos()).isZero();
  }

  @Test
  void ingressesWithTheSameViewDoNotAllTakeTheSameOfEquals() {
    var chosen = new HashSet<String>();
    for (int i = 0; i < 20; i++) {
      var mesh = new TestMesh(0, "ingress-" + i, "x", "y", "z").rtt("x", 1).rtt("y", 1).rtt("z", 1);
      chosen.add(mesh.busy("ingress-" + i, 500).warm("x", "y", "z").node());
    }
    assertThat(chosen).containsExactlyInAnyOrder("x", "y", "z");
  }

  @Test
  void aFailedLocalNodeYields() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 30).warm("a", "b");
    mesh.failed("a");
    assertThat(mesh.node()).isEqualTo("b");
  }

  @Test
  void clocksMayDifferByAnything() {
    var one = new TestMesh(0, "a", "b", "c");
    var other = new TestMesh(ms(10_000), "a", "b", "c");
    for (var mesh : List.of(one, other)) {
      mesh.rtt("b", 9).rtt("c", 7).warm("b").busy("c", 30).busy("a", 60).pass(40);
    }
    assertThat(one.choose()).isEqualTo(other.choose());
    assertThat(one.candidate("c")).isEqualTo(other.candidate("c"));
  }

  @Test
  void eachSideGoesByWhatItMeasures() {
    var near = new TestMesh(0, "a", "b").rtt("b", 5).warm("a", "b").busy("a", 20);
    var far = new TestMesh(0, "b", "a").rtt("a", 50).warm("a", "b").busy("b", 20);
    assertThat(near.node()).isEqualTo("b");
    assertThat(far.node()).isEqualTo("b");
  }

  @Test
  void whereAllAreHotTheLeastHotTakesIt() {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 5).rtt("c", 5);
    mesh.busy("a", 5000).busy("b", 4000).busy("c", 3000);
    assertThat(mesh.node()).isEqualTo("c");
    var others = new HashSet<String>();
    for (int i = 0; i < 900; i++) {
      String node = mesh.node();
      mesh.sent(node);
      others.add(node);
    }
    assertThat(others).as("what was sent counts").contains("b", "c");
  }
}
