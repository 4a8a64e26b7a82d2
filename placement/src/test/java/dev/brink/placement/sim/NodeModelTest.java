package dev.brink.placement.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brink.placement.PlacementRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Lanes, runs that go on beside them, and instances, in milliseconds worked out by hand. */
class NodeModelTest {
  private static final double MS = 1e6;
  private static final double COLD = 100;

  private static NodeModel node(int lanes, double memoryMb, Duration furtherCold) {
    var scenario =
        Scenario.builder(RttMatrix.synthetic(2, 1), InvocationTrace.synthetic(2, 2, 1))
            .nodes(1)
            .lanes(lanes)
            .nodeMemoryMb(memoryMb)
            .furtherCold(furtherCold)
            .build();
    var functions = new ArrayList<SimFunction>();
    for (int f = 0; f < 80; f++) {
      functions.add(new SimFunction(f, PlacementRequest.of("f" + f), (long) (COLD * MS), 1, -1));
    }
    return new NodeModel(scenario, functions);
  }

  private static NodeModel node(int lanes) {
    return node(lanes, 1000, Duration.ofHours(1));
  }

  private static NodeModel.Task task(int function, double runMillis) {
    return new NodeModel.Task(function, null, runMillis * MS, 10 * MS);
  }

  /** Goes on until all has ended; when each did, in milliseconds. */
  private static List<Double> ends(NodeModel node, NodeModel.Task... tasks) {
    var ends = new Double[tasks.length];
    while (node.nextNanos() < Double.POSITIVE_INFINITY) {
      for (NodeModel.Turn turn : node.advance(node.nextNanos(), 1)) {
        int at = List.of(tasks).indexOf(turn.task);
        if (at >= 0) {
          ends[at] = (double) Math.round(node.nowNanos() / MS);
        }
      }
    }
    return List.of(ends);
  }

  @Test
  void aRunWaitsForItsLaneWhileThoseBeforeItAreShort() {
    var node = node(1);
    NodeModel.Task[] tasks = {task(0, 5), task(1, 5)};
    node.add(tasks[0], 1);
    node.add(tasks[1], 1);
    assertThat(node.queue()).hasSize(1);
    assertThat(ends(node, tasks)).containsExactly(COLD + 5, 2 * COLD + 10);
  }

  @Test
  void aLongRunMakesRoomAndSharesTheProcessor() {
    var node = node(1);
    NodeModel.Task[] tasks = {task(0, 50), task(1, 5)};
    node.add(tasks[0], 1);
    node.add(tasks[1], 1);
    // At 110 the first has run for 10: both have half a processor, until the second has had 105.
    assertThat(ends(node, tasks)).containsExactly(190.0, 255.0);
  }

  @Test
  void aLongRunKeepsItsLaneWhileNothingWaits() {
    var node = node(1);
    node.add(task(0, 50), 1);
    node.advance(140 * MS, 1);
    assertThat(node.beside()).isZero();
    node.add(task(1, 5), 1);
    assertThat(node.beside()).as("at once, once something waits").isEqualTo(1);
    assertThat(node.lanesTaken()).isEqualTo(1);
  }

  @Test
  void sevenGoOnBesideALaneAndTheOthersWait() {
    var node = node(1);
    for (int f = 0; f < 12; f++) {
      node.add(task(f, 10_000), 1);
    }
    for (int i = 0; i < 30; i++) {
      node.advance(node.nextNanos(), 1);
    }
    assertThat(node.beside()).isLessThanOrEqualTo(7);
    assertThat(node.running()).hasSizeLessThanOrEqualTo(8);
  }

  @Test
  void aParallelRunNeedsAnInstanceOfItsOwn() {
    for (boolean cheap : new boolean[] {false, true}) {
      var node = node(2, 1000, cheap ? Duration.ofMillis(1) : Duration.ofHours(1));
      NodeModel.Task first = task(0, 5);
      node.add(first, 1);
      assertThat(ends(node, first)).containsExactly(COLD + 5);
      assertThat(node.ready(0)).isTrue();
      NodeModel.Task[] both = {task(0, 5), task(0, 6)};
      node.add(both[0], 1);
      assertThat(node.ready(0)).isEqualTo(cheap);
      node.add(both[1], 1);
      double second = COLD + 5 + (cheap ? 1 : COLD) + 6;
      assertThat(ends(node, both)).containsExactly(COLD + 10, second);
    }
  }

  @Test
  void theLongestUnusedFunctionIsEvicted() {
    var node = node(1, 2, Duration.ofHours(1));
    for (int f = 0; f < 3; f++) {
      NodeModel.Task task = task(f, 1);
      node.add(task, 1);
      assertThat(ends(node, task)).hasSize(1);
    }
    assertThat(node.has(0)).isFalse();
    assertThat(node.has(1)).isTrue();
    assertThat(node.has(2)).isTrue();
    assertThat(node.heldMb()).isEqualTo(2);
  }

  @Test
  void aCopyTellsWhatWillHappenAndChangesNothing() {
    var node = node(1);
    node.add(task(0, 50), 1);
    NodeModel copy = node.copy();
    assertThat(copy.untilLaneNanos()).as("cold, and ten of the run").isCloseTo(110 * MS, within());
    assertThat(node.nowNanos()).isZero();
    assertThat(node.beside()).isZero();
    node.clear();
    assertThat(node.nextNanos()).isInfinite();
    assertThat(node.copy().untilLaneNanos()).isZero();
  }

  private static Offset<Double> within() {
    return Offset.offset(1.0);
  }
}
