package dev.brink.placement;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What placing costs where time stands still, so that nothing is made anew; {@link DecisionFigures}
 * has it where time goes on:
 *
 * <pre>{@code
 * mvn -q -pl placement test-compile exec:exec@benchmark -Dbenchmark="ChooseBenchmark -prof gc"
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChooseBenchmark {

  @Param({"3", "32", "256"})
  private int nodes;

  private final PlacementRequest[] requests = new PlacementRequest[64];
  private Placement placement = Placement.create(NodeInfo.of("n0"));

  /** Each asker goes through the functions by itself. */
  @State(Scope.Thread)
  public static class Asker {
    private int turn;

    int next() {
      turn = (turn + 1) & 63;
      return turn;
    }
  }

  @Setup
  public void mesh() {
    var random = new Random(1);
    placement = Placement.create(NodeInfo.builder("n0").lanes(2).build());
    for (int f = 0; f < requests.length; f++) {
      requests[f] = PlacementRequest.of("function-" + f);
      placement.choose(requests[f], 0);
    }
    for (int n = 0; n < nodes; n++) {
      Set<String> warm = new HashSet<>();
      for (PlacementRequest request : requests) {
        if (random.nextInt(4) > 0) {
          warm.add(request.function());
        }
      }
      String node = "n" + n;
      if (n > 0) {
        placement.nodeUp(NodeInfo.of(node));
      }
      placement.rtt(node, 1_000_000 + random.nextInt(80_000_000), 0);
      long wait = random.nextInt(20_000_000);
      placement.report(
          LoadReport.builder(node, 1).lanes(2).busy(2).waitNanos(wait).warm(warm).build(), 0);
    }
  }

  @Benchmark
  public Choice choose(Asker asker) {
    return placement.choose(requests[asker.next()], 1_000_000);
  }

  @Benchmark
  public Choice wholeRequest(Asker asker) {
    PlacementRequest request = requests[asker.next()];
    Choice choice = placement.choose(request, 1_000_000);
    placement.sent(choice.node(), request, 1_000_000);
    placement.completed(
        choice.node(), request, new Observed(1_000_000, 0, 0, 1_000_000, false), 1_000_000);
    return choice;
  }

  @Benchmark
  public Decision explain(Asker asker) {
    return placement.explain(requests[asker.next()], 1_000_000);
  }
}
