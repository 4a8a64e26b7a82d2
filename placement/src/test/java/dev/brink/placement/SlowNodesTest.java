package dev.brink.placement;

import static dev.brink.placement.TestMesh.F;
import static dev.brink.placement.TestMesh.REQUEST;
import static dev.brink.placement.TestMesh.ms;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes on which work takes longer than on others, and those that only look or say so. */
class SlowNodesTest {
  @Test
  void aSlowNodeLosesItsTrafficAndGetsItBack() {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 1).rtt("c", 10);
    mesh.busy("a", 900).warm("b", "c");
    mesh.choose();
    for (int i = 0; i < 50; i++) {
      mesh.ran("b", 20).ran("c", 20);
    }
    int slow = 0;
    for (int i = 0; i < 200; i++) {
      mesh.pass(10).busy("a", 900).warm("b", "c");
      String node = mesh.node();
      slow += node.equals("b") ? 1 : 0;
      mesh.ran(node, node.equals("b") ? 200 : 20);
    }
    assertThat(slow).isLessThan(10);
    for (int i = 0; i < 100 && !mesh.node().equals("b"); i++) {
      mesh.pass(100).busy("a", 900).warm("b", "c");
      mesh.ran("c", 20);
    }
    assertThat(mesh.node()).as("tried again, in 10 s at most").isEqualTo("b");
  }

  @Test
  void aNodeThatSaysItIsSlowLosesItsTrafficAtOnce() {
    var mesh = between(20);
    assertThat(mesh.node()).isEqualTo("b");
    mesh.tell(mesh.report("b").slow(6).warm(Set.of(F)));
    assertThat(mesh.candidate("b").slow()).isEqualTo(6);
    assertThat(mesh.candidate("b").runNanos()).isEqualTo(ms(120));
    assertThat(mesh.node()).isEqualTo("c");
    mesh.warm("b");
    assertThat(mesh.node()).as("well again").isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -6, 0, 0.1})
  void senselessSlownessIsAsIfItWereNotSaid(double senseless) {
    var mesh = between(20);
    mesh.tell(mesh.report("b").slow(senseless).warm(Set.of(F)));
    assertThat(mesh.candidate("b").slow()).isEqualTo(1);
    mesh.tell(mesh.report("b").slow(Double.MAX_VALUE).warm(Set.of(F)));
    assertThat(mesh.candidate("b").slow()).as("the most there is").isEqualTo(10);
  }

  @Test
  void aLiarThatSaysItIsNotSlowIsFoundOutByAnswers() {
    var mesh = between(20);
    for (int i = 0; i < 6; i++) {
      mesh.ran("b", 200).tell(mesh.report("b").slow(1).warm(Set.of(F)));
    }
    assertThat(mesh.candidate("b").slow()).isGreaterThan(3);
    assertThat(mesh.node()).isEqualTo("c");
  }

  @Test
  void aLiarThatSaysItIsSlowHurtsOnlyItself() {
    var mesh = between(20);
    for (int i = 0; i < 100; i++) {
      mesh.tell(mesh.report("b").slow(10).warm(Set.of(F))).ran("b", 20);
    }
    assertThat(mesh.candidate("b").runNanos()).isEqualTo(ms(200));
    assertThat(mesh.candidate("c").runNanos()).isCloseTo(ms(20), Offset.offset(1_000L));
    assertThat(mesh.placement.takeSamples())
        .allSatisfy(s -> assertThat(s.runNanos()).isCloseTo(ms(20), Offset.offset(1_000L)));
  }

  @Test
  void aNodeNoticesBySixRunsOfOthersThatItIsSlow() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1);
    var placement = mesh.placement;
    placement.learn(new FunctionSample(F, 0, 50, ms(20), ms(20), ms(20), 0, 0, 0));
    for (int i = 0; i < 20; i++) {
      placement.served(REQUEST, ms(20), mesh.now);
    }
    for (int i = 0; i < 5; i++) {
      placement.served(REQUEST, ms(200), mesh.now);
    }
    placement.served(REQUEST, -1, mesh.now);
    placement.served(REQUEST, Long.MAX_VALUE, mesh.now);
    assertThat(placement.ownSlow(mesh.now)).as("five, and what makes no sense").isEqualTo(1);
    placement.served(REQUEST, ms(200), mesh.now);
    assertThat(placement.ownSlow(mesh.now)).isBetween(5.0, 10.0);

    mesh.pass(2_000);
    placement.served(REQUEST, ms(20), mesh.now);
    assertThat(placement.ownSlow(mesh.now)).as("one quick run").isGreaterThan(4);
    mesh.pass(3_500);
    assertThat(placement.ownSlow(mesh.now)).as("nothing slow for 5.5 s").isEqualTo(1);
  }

  @Test
  void aNodeSaysNothingOfBeingLittleSlower() {
    var mesh = new TestMesh(0, "a", "b").rtt("b", 1);
    for (int i = 0; i < 50; i++) {
      mesh.ran("a", 20);
    }
    for (int i = 0; i < 200; i++) {
      mesh.placement.served(REQUEST, ms(36), mesh.now);
      assertThat(mesh.placement.ownSlow(mesh.now)).isEqualTo(1);
    }
  }

  @Test
  void aNodeThatIsFarFromWhatAFunctionWaitsForIsNotSlow() {
    var mesh = between(20);
    for (int i = 0; i < 50; i++) {
      mesh.waited("b", 20, 200).waited("c", 20, 20);
    }
    assertThat(mesh.candidate("b").slow()).isEqualTo(1);
    for (int i = 0; i < 50; i++) {
      mesh.waited("a", 20, 200);
    }
    assertThat(mesh.placement.ownSlow(mesh.now)).isEqualTo(1);
  }

  @Test
  void aNodeIsSlowWhateverItsFunctionsWaitFor() {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 1).rtt("c", 10);
    mesh.busy("a", 900).warm("b", "c").choose();
    for (int i = 0; i < 50; i++) {
      mesh.waited("b", 20, 500).waited("c", 20, 500);
    }
    for (int i = 0; i < 6; i++) {
      mesh.waited("b", 200, 500);
    }
    assertThat(mesh.candidate("b").slow()).isGreaterThan(3);
    assertThat(mesh.node()).isEqualTo("c");
  }

  @Test
  void whatARunWaitsForIsAsLongOnASlowNode() {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 1).rtt("c", 10);
    mesh.busy("a", 900).warm("b", "c").choose();
    for (int i = 0; i < 50; i++) {
      mesh.waited("b", 20, 500).waited("c", 20, 500);
    }
    mesh.tell(mesh.report("b").slow(5).warm(Set.of(F)));
    assertThat(mesh.candidate("b").runNanos()).isCloseTo(ms(600), Offset.offset(1_000_000L));
    assertThat(mesh.candidate("c").runNanos()).isCloseTo(ms(520), Offset.offset(1_000_000L));
  }

  @Test
  void howSlowANodeIsDoesNotTellOfWhatItsRunsWaitFor() {
    var mesh = between(20);
    for (int i = 0; i < 6; i++) {
      mesh.ran("b", 200);
    }
    mesh.placement.takeSamples();
    for (int i = 0; i < 40; i++) {
      mesh.waited("b", 200, 500);
    }
    assertThat(mesh.placement.takeSamples())
        .as("20 ms on a lane and 500 of waiting elsewhere")
        .allSatisfy(s -> assertThat(s.runNanos()).isBetween(ms(480), ms(600)));
  }

  /** A busy local node, one 1 ms and one 10 ms away, and a function that takes so long. */
  private static TestMesh between(double runMillis) {
    var mesh = new TestMesh(0, "a", "b", "c").rtt("b", 1).rtt("c", 10);
    mesh.busy("a", 900).warm("b", "c").choose();
    for (int i = 0; i < 50; i++) {
      mesh.ran("b", runMillis).ran("c", runMillis);
    }
    return mesh;
  }
}
