package dev.brink.placement;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

/**
 * What a decision costs in a mesh that lives: time goes on by 100 ms a round, in which each
 * function is called as often as its rate says, by several threads; calls are answered, and between
 * the rounds every node reports, links are pinged and distances told. Each decision is timed, and
 * what its thread allocated is counted, by kind of function and rate. The warm-up is not counted.
 *
 * <pre>{@code
 * java -cp placement/target/test-classes:placement/target/classes dev.brink.placement.DecisionFigures \
 *     [nodes,nodes… [threads [virtual seconds]]]
 * }</pre>
 */
public final class DecisionFigures {
  private static final long ROUND_NANOS = 100_000_000L;
  private static final int WARM_UP_ROUNDS = 300;
  private static final int RARE_ROUNDS = 80;
  private static final int[] RATES = {4, 40, 400, 4000};
  private static final int[] FUNCTIONS = {24, 8, 2, 1};
  private static final int ALLOWED = 9;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private enum Kind {
    OPEN("no hints"),
    ALLOWED("`allowed` of nine nodes"),
    DATA("two origins read");

    final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  private record Function(Kind kind, int rate, PlacementRequest request, Samples samples) {}

  private record Call(long atNanos, Function function) {}

  /** Of one kind and rate. */
  private static final class Samples {
    private long[] nanos = new long[1 << 12];
    private int count;
    private long bytes;

    synchronized void add(long took, long allocated) {
      if (count == nanos.length) {
        nanos = Arrays.copyOf(nanos, 2 * count);
      }
      nanos[count++] = took;
      bytes += allocated;
    }

    String row() {
      Arrays.sort(nanos, 0, count);
      return String.format(
          Locale.ROOT,
          "%d | %d | %d | %.1f",
          count,
          nanos[count / 2],
          nanos[(int) (count * 0.99)],
          (double) bytes / count);
    }
  }

  private final int nodes;
  private final int threads;
  private final int rounds;
  private final Placement placement;
  private final List<Function> functions = new ArrayList<>();
  private final Samples turns = new Samples();
  private final SplittableRandom random = new SplittableRandom(1);
  private volatile List<Call> calls = List.of();
  private int round;

  private DecisionFigures(int nodes, int threads, int seconds) {
    this.nodes = nodes;
    this.threads = threads;
    this.rounds = WARM_UP_ROUNDS + seconds * 10;
    this.placement = Placement.create(node(0));
    for (int n = 1; n < nodes; n++) {
      placement.nodeUp(node(n));
    }
    for (Kind kind : Kind.values()) {
      for (int i = 0; i < RATES.length; i++) {
        var samples = new Samples();
        for (int f = 0; f < FUNCTIONS[i]; f++) {
          PlacementRequest request = request(kind, "%s-%d-%d".formatted(kind, RATES[i], f));
          functions.add(new Function(kind, RATES[i], request, samples));
        }
      }
    }
  }

  private static NodeInfo node(int n) {
    String region = n < ALLOWED ? "eu" : "r" + n % 5;
    return NodeInfo.builder("n" + n).lanes(4).labels(Map.of("region", region)).build();
  }

  private static PlacementRequest request(Kind kind, String name) {
    PlacementRequest plain = PlacementRequest.of(name);
    var eu = Hints.builder().allowed(List.of(NodeSelector.of("region", "eu"))).build();
    return kind == Kind.ALLOWED ? plain.hints(eu) : plain;
  }

  private void run() throws InterruptedException {
    var barrier = new CyclicBarrier(threads, this::betweenRounds);
    betweenRounds();
    var all = new ArrayList<Thread>();
    for (int t = 0; t < threads; t++) {
      int own = t;
      all.add(Thread.ofPlatform().start(() -> calls(own, barrier)));
    }
    for (Thread thread : all) {
      thread.join();
    }
  }

  /** Every node's report, a tenth of the pings of a second, and what is drawn to be called next. */
  private void betweenRounds() {
    long now = round * ROUND_NANOS;
    for (int n = 0; n < nodes; n++) {
      placement.report(report(n), now);
      if ((n + round) % 10 == 0) {
        placement.rtt("n" + n, 1_000_000 + (long) n * 200_000 + random.nextInt(1_000_000), now);
      }
      if ((n + round) % 100 == 0) {
        placement.distance("n" + n, "one.example", 1_000_000 + random.nextInt(80_000_000));
        placement.distance("n" + n, "two.example", 1_000_000 + random.nextInt(80_000_000));
      }
    }
    turn(now);
    var next = new ArrayList<Call>();
    for (Function function : functions) {
      double due = function.rate / 10.0;
      int times = (int) due + (random.nextDouble() < due - (int) due ? 1 : 0);
      for (int i = 0; i < times; i++) {
        next.add(new Call(now + random.nextLong(ROUND_NANOS), function));
      }
    }
    next.sort((a, b) -> Long.compare(a.atNanos, b.atNanos));
    round++;
    calls = next;
  }

  private void turn(long now) {
    long had = THREADS.getCurrentThreadAllocatedBytes();
    long began = System.nanoTime();
    placement.turn(now);
    long took = System.nanoTime() - began;
    if (round >= WARM_UP_ROUNDS) {
      turns.add(took, THREADS.getCurrentThreadAllocatedBytes() - had);
    }
  }

  private LoadReport report(int n) {
    Set<String> warm = new HashSet<>();
    for (int f = 0; f < functions.size(); f++) {
      if ((n * 31 + f * 7 + round / 50) % 4 > 0) {
        warm.add(functions.get(f).request.function());
      }
    }
    return LoadReport.builder("n" + n, round + 1)
        .lanes(4)
        .busy(4)
        .utilisation(random.nextDouble())
        .waitNanos(random.nextInt(20_000_000))
        .warm(warm)
        .build();
  }

  private void calls(int thread, CyclicBarrier barrier) {
    try {
      for (int i = 0; i < rounds; i++) {
        boolean counts = i >= WARM_UP_ROUNDS;
        List<Call> now = calls;
        for (int call = thread; call < now.size(); call += threads) {
          call(now.get(call), counts, now.get(call).function.samples);
        }
        barrier.await();
      }
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  private void call(Call call, boolean counts, Samples samples) {
    PlacementRequest request = call.function.request;
    long had = THREADS.getCurrentThreadAllocatedBytes();
    long began = System.nanoTime();
    Choice choice = placement.choose(request, call.atNanos);
    long took = System.nanoTime() - began;
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - had;
    if (counts) {
      samples.add(took, allocated);
    }
    placement.sent(choice.node(), request, call.atNanos);
    var seen = new Observed(1_000_000, 0, 0, 1_000_000, false);
    placement.completed(choice, request, seen, call.atNanos);
    if (call.function.kind == Kind.DATA) {
      placement.dataRead(request.function(), Map.of("one.example", 1, "two.example", 2));
    }
  }

  /** Calls after half a minute without any: their functions' plans are too old. */
  private void rare() {
    for (Kind kind : Kind.values()) {
      var samples = new Samples();
      for (int i = 0; i < RARE_ROUNDS; i++) {
        round += 300;
        for (int n = 0; n < nodes; n++) {
          placement.report(report(n), round * ROUND_NANOS);
        }
        for (Function function : functions) {
          if (function.kind == kind) {
            call(new Call(round * ROUND_NANOS, function), i > RARE_ROUNDS / 4, samples);
          }
        }
      }
      System.out.printf(
          Locale.ROOT, "| %d nodes, %s | rare | %s |%n", nodes, kind.text, samples.row());
    }
  }

  private void print() {
    Samples last = null;
    for (Function function : functions) {
      if (function.samples != last) {
        last = function.samples;
        System.out.printf(
            Locale.ROOT,
            "| %d nodes, %s | %d | %s |%n",
            nodes,
            function.kind.text,
            function.rate,
            last.row());
      }
    }
    System.out.printf(Locale.ROOT, "| %d nodes, a turn | | %s |%n", nodes, turns.row());
  }

  public static void main(String[] args) throws InterruptedException {
    int threads = args.length > 1 ? Integer.parseInt(args[1]) : 16;
    int seconds = args.length > 2 ? Integer.parseInt(args[2]) : 120;
    System.out.println("| mesh, function | calls a second | decisions | p50 ns | p99 ns | bytes |");
    System.out.println("|---|---|---|---|---|---|");
    for (String nodes : (args.length > 0 ? args[0] : "32,256").split(",", -1)) {
      var figures = new DecisionFigures(Integer.parseInt(nodes), threads, seconds);
      figures.run();
      figures.print();
      figures.rare();
    }
  }
}
