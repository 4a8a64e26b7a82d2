package dev.brink.placement;

import static dev.brink.placement.TestMesh.F;
import static dev.brink.placement.TestMesh.REQUEST;
import static dev.brink.placement.TestMesh.ms;
import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.placement.Choice.Cohort;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ExperimentTest {

  @Test
  void aHundredthRunsLocallyAndIsCompared() {
    var mesh = new TestMesh(0, PlacementSettings.defaults(), "a", "b").rtt("b", 4).warm("b");
    int control = 0;
    for (int i = 0; i < 20_000; i++) {
      mesh.pass(1).busy("a", 50).warm("b");
      Choice choice = mesh.choose();
      control += choice.cohort() == Cohort.CONTROL ? 1 : 0;
      assertThat(choice.local()).isEqualTo(choice.reason() == Reason.CONTROL);
      long queue = choice.local() ? ms(50) : 0;
      long net = choice.local() ? 0 : ms(4);
      mesh.placement.completed(
          choice, REQUEST, new Observed(net, queue, 0, ms(1), false), mesh.now);
    }
    assertThat(control).isBetween(150, 250);

    Counterfactual gained = mesh.placement.counterfactuals().getFirst();

    assertThat(gained.function()).isEqualTo(F);
    assertThat(gained.control()).isEqualTo(control);
    assertThat(gained.placed()).isEqualTo(20_000 - control);
    assertThat(gained.placedMeanNanos()).isCloseTo(5e6, Offset.offset(1.0));
    assertThat(gained.savedNanos()).isCloseTo(46e6, Offset.offset(1.0));
    assertThat(gained.errorNanos()).isLessThan(1e6);
  }

  @Test
  void allFunctionsAreToldOfInTurn() {
    Placement placement = Placement.create(NodeInfo.of("a"));
    Set<String> told = new HashSet<>();
    for (int round = 0; round < 4; round++) {
      for (int f = 0; f < 3_000; f++) {
        var request = PlacementRequest.of("f" + f);
        placement.choose(request, 0);
        placement.completed("a", request, new Observed(0, 0, 0, ms(1), false), 0);
      }
      for (FunctionSample sample : placement.takeSamples()) {
        told.add(sample.function());
      }
    }
    assertThat(told).hasSize(3_000);
  }

  @Test
  void whatIsSavedInAllIsToldWithItsError() {
    var all = PlacementSettings.builder().controlShare(0.5).build();
    var mesh = new TestMesh(0, all, "a", "b").rtt("b", 1);
    var other = PlacementRequest.of("other");
    mesh.tell(mesh.report("a").warm(Set.of(F, "other")));
    mesh.tell(mesh.report("b").warm(Set.of()));
    for (int i = 0; i < 40; i++) {
      var request = i % 2 == 0 ? REQUEST : other;
      Choice choice = mesh.placement.choose(request, mesh.now);
      mesh.placement.answered(choice, request, ms(10 + i % 7));
    }
    List<Counterfactual> apart = mesh.placement.counterfactuals();
    assertThat(apart).hasSize(2).allSatisfy(one -> assertThat(one.errorNanos()).isPositive());
    double sum = apart.stream().mapToDouble(one -> one.placed() * one.savedNanos()).sum();
    double variance =
        apart.stream().mapToDouble(one -> Math.pow(one.placed() * one.errorNanos(), 2)).sum();

    Gained gained = mesh.placement.gained();

    assertThat(gained.savedNanos()).isCloseTo(sum, Offset.offset(1.0));
    assertThat(gained.errorNanos()).isCloseTo(Math.sqrt(variance), Offset.offset(1.0));
  }

  @Test
  void whatIsForgottenStillCounts() {
    var all = PlacementSettings.builder().controlShare(0.5).build();
    var mesh = new TestMesh(0, all, "a", "b").rtt("b", 1).warm("b").busy("a", 9);
    for (int i = 0; i < 20; i++) {
      mesh.placement.completed(
          mesh.choose(), REQUEST, new Observed(0, 0, 0, ms(1), false), mesh.now);
    }
    Gained before = mesh.placement.gained();
    assertThat(before.placed() + before.control()).isEqualTo(20);

    mesh.placement.forget(F);
    assertThat(mesh.placement.functions()).isEmpty();
    assertThat(mesh.placement.counterfactuals()).isEmpty();
    assertThat(mesh.placement.gained()).isEqualTo(before);
    mesh.placement.completed(mesh.choose(), REQUEST, new Observed(0, 0, 0, 1, false), mesh.now);
    assertThat(mesh.placement.functions()).containsExactly(F);
    assertThat(mesh.placement.gained().placed()).isGreaterThanOrEqualTo(before.placed());
  }

  @Test
  void aRetryOrAColdLocalNodeIsNoPartOfIt() {
    var all = PlacementSettings.builder().controlShare(1).build();
    var mesh = new TestMesh(0, all, "a", "b", "c").rtt("b", 1).rtt("c", 1).warm("b", "c");
    assertThat(mesh.choose().cohort()).isEqualTo(Cohort.NONE);
    mesh.busy("a", 9);
    assertThat(mesh.choose().cohort()).isEqualTo(Cohort.CONTROL);
    assertThat(mesh.placement.explain(REQUEST, mesh.now).choice().cohort()).isEqualTo(Cohort.NONE);
    assertThat(mesh.placement.choose(REQUEST.excluding("b"), mesh.now).cohort())
        .isEqualTo(Cohort.NONE);
    mesh.cold("a");
    assertThat(mesh.choose().cohort()).isEqualTo(Cohort.NONE);
  }

  @Test
  void aNodeIsWarmedWhenThatWouldHavePaid() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 10).warm("b").cold("a");
    mesh.choose();
    mesh.placement.completed("a", REQUEST, new Observed(ms(10), 0, ms(45), ms(2), true), mesh.now);
    int requests = 0;
    while (mesh.placement.takeWarmAdvice().isEmpty()) {
      mesh.pass(20).warm("b").cold("a");
      assertThat(mesh.node()).isEqualTo("b");
      requests++;
    }
    assertThat(requests).as("10 ms each with the one before, until 45 ms were lost").isEqualTo(4);
    assertThat(mesh.placement.takeWarmAdvice()).as("given once").isEmpty();
  }

  @Test
  void aBusyNodeIsNotWarmed() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 10).warm("b");
    for (int i = 0; i < 100; i++) {
      mesh.pass(20).warm("b").tell(mesh.report("a").utilisation(0.8).warm(Set.of()));
      mesh.choose();
    }
    assertThat(mesh.placement.takeWarmAdvice()).isEmpty();
    mesh.tell(mesh.report("a").utilisation(0.7).warm(Set.of()));
    for (int i = 0; i < 10; i++) {
      mesh.choose();
    }
    assertThat(mesh.placement.takeWarmAdvice()).extracting(WarmAdvice::node).contains("a");
  }

  @Test
  void rareRequestsNeverAddUp() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 5).warm("b").cold("a");
    for (int i = 0; i < 100; i++) {
      mesh.pass(601_000).warm("b").cold("a");
      assertThat(mesh.node()).isEqualTo("b");
    }
    assertThat(mesh.placement.takeWarmAdvice()).isEmpty();
  }

  @Test
  void adviceThatNobodyTakesIsBounded() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 10).warm("b").cold("a");
    for (int i = 0; i < 5000; i++) {
      mesh.choose();
    }
    assertThat(mesh.placement.takeWarmAdvice()).hasSize(256);
  }
}
