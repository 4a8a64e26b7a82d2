package dev.brink.placement;

import static dev.brink.placement.TestMesh.F;
import static dev.brink.placement.TestMesh.REQUEST;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PlacementThreadsTest {

  @Test
  void everythingAtOnceStaysSane() throws Exception {
    var placement = Placement.create(NodeInfo.of("a"));
    var clock = new AtomicLong();
    var tasks = new ArrayList<Callable<Void>>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      tasks.add(
          () -> {
            var random = new Random(seed);
            for (int i = 0; i < 30_000; i++) {
              step(placement, random, clock.addAndGet(10_000));
            }
            return null;
          });
    }
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    }
    long now = clock.addAndGet(120_000_000_000L);
    placement.nodeUp(NodeInfo.of("n0"));
    placement.report(LoadReport.builder("n0", 1).warm(Set.of(F)).build(), now);
    placement.report(LoadReport.builder("a", Long.MAX_VALUE / 2).warm(Set.of(F)).build(), now);
    assertThat(placement.choose(REQUEST, now).node()).isEqualTo("a");
    assertThat(placement.explain(REQUEST, now).candidates())
        .allSatisfy(c -> assertThat(c.scoreNanos()).isNotNegative());
  }

  private static void step(Placement placement, Random random, long now) {
    String node = "n" + random.nextInt(6);
    var request = PlacementRequest.of("f" + random.nextInt(70));
    switch (random.nextInt(100)) {
      case 0 -> placement.nodeUp(NodeInfo.of(node));
      case 1 -> placement.nodeDown(node, now);
      case 2 -> placement.forget(request.function());
      case 3 -> placement.refused(node, now);
      case 4, 5, 6, 7 -> placement.failed(node, now, 0);
      case 8, 9, 10, 11, 12, 13, 14, 15 ->
          placement.report(
              LoadReport.builder(node, now).warm(Set.of(request.function(), "g")).build(), now);
      default -> {
        Choice choice = placement.choose(request, now);
        placement.sent(choice.node(), request, now);
        placement.completed(
            choice.node(), request, new Observed(1000, 0, 0, 1_000_000, false), now);
      }
    }
  }
}
