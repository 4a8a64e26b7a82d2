package dev.brink.placement.sim;

import dev.brink.placement.RunTimes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/**
 * A node: what happens in it is its model's, and what it says of itself comes from here. It knows
 * of run times only what it has seen.
 */
final class SimNode {
  private static final long UNKNOWN_RUN_NANOS = 5_000_000L;
  private static final long KEEP_FROM_WARMING_NANOS = 10_000_000_000L;
  private static final long UTILISATION_NANOS = 1_000_000_000L;
  private static final long REFUSAL_SLACK_NANOS = 20_000_000L;

  /** A run whose processor time is below this is never long. */
  private static final double LONG_NANOS = 10e6;

  /** And so many times the function's typical run. */
  private static final double LONG_TYPICALS = 4;

  final int index;
  private final int lanes;
  private final double memoryMb;
  private final boolean knownRuns;
  private final List<SimFunction> functions;
  private final NodeModel model;
  private final Deque<Job> coming = new ArrayDeque<>();
  private final RunTimes[] runs;

  /** By function: from when on a run of it is long. */
  private final double[] longAfterNanos;

  private long toldWaitNanos;
  private double utilisation;
  private long utilisationAtNanos;
  private Set<String> warm = Set.of();

  SimNode(int index, Scenario scenario, List<SimFunction> functions) {
    this.index = index;
    this.lanes = scenario.lanes();
    this.memoryMb = scenario.nodeMemoryMb();
    this.knownRuns = scenario.knownRuns();
    this.functions = functions;
    this.model = new NodeModel(scenario, functions);
    runs = new RunTimes[functions.size()];
    Arrays.setAll(runs, f -> new RunTimes());
    longAfterNanos = new double[functions.size()];
    Arrays.fill(longAfterNanos, LONG_NANOS);
  }

  // What happens.

  void sent(Job job) {
    coming.add(job);
  }

  void arrived(Job job, double slowness) {
    coming.remove(job);
    model.add(task(job), slowness);
  }

  private NodeModel.Task task(Job job) {
    int f = job.request.function().index();
    return new NodeModel.Task(f, job, job.request.runNanos(), longAfterNanos[f]);
  }

  /** It told another node how long the wait is. */
  void told(long waitNanos) {
    toldWaitNanos = waitNanos;
  }

  /** Whether it refuses what comes from others, by the rule the real node has. */
  boolean busierThanSaid() {
    return waitNanos() > 2 * toldWaitNanos + REFUSAL_SLACK_NANOS;
  }

  void lost(Job job) {
    coming.remove(job);
  }

  /** When something happens here next if nothing comes; infinite when nothing does. */
  double nextNanos() {
    return model.nextNanos();
  }

  /** Goes on to now; what has ended is told in order. */
  void advance(double slowness, long nowNanos, Consumer<Job> ended) {
    count(nowNanos);
    for (NodeModel.Turn turn : List.copyOf(model.advance((double) nowNanos, slowness))) {
      Job job = turn.task.job();
      if (job != null) {
        job.startNanos = (long) turn.startNanos;
        job.endNanos = nowNanos;
        job.coldNanos = (long) turn.coldNanos;
        job.runNanos = Math.max(0, nowNanos - job.startNanos - job.coldNanos);
        learn(turn.task.function(), (long) turn.runNanos);
        ended.accept(job);
      }
    }
  }

  private void learn(int function, long runNanos) {
    runs[function].add(runNanos);
    longAfterNanos[function] = Math.max(LONG_NANOS, LONG_TYPICALS * runs[function].typicalNanos(0));
  }

  /** Begins to make a function warm on a free lane, unless it is too busy or full for that. */
  void warm(SimFunction function, double slowness, long nowNanos) {
    if (model.has(function.index())
        || model.lanesTaken() >= lanes
        || utilisation(nowNanos) > 0.75
        || model.heldMb() - unusedMb(nowNanos) + function.memoryMb() > memoryMb) {
      return;
    }
    count(nowNanos);
    model.make(function.index(), slowness);
  }

  /** What is held by functions that were not asked for of late, and may go for one that is. */
  private double unusedMb(long nowNanos) {
    double unused = 0;
    for (SimFunction function : functions) {
      int f = function.index();
      if (model.unused(f) && nowNanos - model.lastUsedNanos(f) > KEEP_FROM_WARMING_NANOS) {
        unused += function.memoryMb();
      }
    }
    return unused;
  }

  /** All it was doing is gone. */
  void died() {
    model.clear();
    coming.clear();
  }

  private void count(long nowNanos) {
    utilisation = utilisation(nowNanos);
    utilisationAtNanos = nowNanos;
  }

  // What it says of itself.

  int lanes() {
    return lanes;
  }

  int busy() {
    return model.lanesTaken();
  }

  int beside() {
    return model.beside();
  }

  int queued() {
    return model.queue().size();
  }

  double utilisation(long nowNanos) {
    double now = Math.min(1, (double) model.running().size() / lanes);
    double weight = 1 - Math.exp(-(double) (nowNanos - utilisationAtNanos) / UTILISATION_NANOS);
    return utilisation + weight * (now - utilisation);
  }

  /** Functions with an instance that is ready now. */
  Set<String> ready() {
    return functions(model::ready);
  }

  /**
   * Functions with an instance that is ready or about to be: what a report of every 100 ms says.
   * The same object while nothing has changed.
   */
  Set<String> warm() {
    Set<String> now = functions(f -> model.ready(f) || soonIdle(f));
    if (!now.equals(warm)) {
      warm = now;
    }
    return warm;
  }

  private Set<String> functions(IntPredicate wanted) {
    return functions.stream()
        .filter(function -> wanted.test(function.index()))
        .map(SimFunction::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  private boolean soonIdle(int function) {
    return model.running().stream()
        .anyMatch(
            turn ->
                turn.task.function() == function
                    && !turn.beside
                    && leftNanos(turn) <= NodeModel.SOON_NANOS);
  }

  /**
   * Its estimate of the time until a new request gets a lane, from run times it has seen; or what
   * is so, in a scenario where nodes know how long runs will take.
   */
  long waitNanos() {
    if (busy() < lanes) {
      return 0;
    }
    NodeModel next = model.copy();
    if (!knownRuns) {
      next.guess(this::leftNanos, this::guessed);
    }
    return (long) next.untilLaneNanos();
  }

  private double leftNanos(NodeModel.Turn turn) {
    RunTimes usual = runs[turn.task.function()];
    double used = turn.usedNanos();
    if (turn.task.job() == null) {
      return turn.leftNanos;
    }
    return used < 0
        ? usual.typicalNanos(UNKNOWN_RUN_NANOS) - used
        : Math.max(1, usual.leftNanos((long) used, UNKNOWN_RUN_NANOS));
  }

  private NodeModel.Task guessed(NodeModel.Task task) {
    double run = runs[task.function()].typicalNanos(UNKNOWN_RUN_NANOS);
    return new NodeModel.Task(task.function(), null, run, task.longAfterNanos());
  }

  // What only an omniscient one sees.

  /**
   * When a request that is sent now would really end here, if nothing else were sent any more.
   *
   * @param arriveNanos when it would be here
   * @param beforeNanos if it would not end before this, infinity will do
   */
  @SuppressWarnings("ReferenceEquality") // equal tasks are different requests
  double trulyEndsNanos(SimRequest request, long arriveNanos, double slowness, double beforeNanos) {
    NodeModel next = model.copy();
    int f = request.function().index();
    var own = new NodeModel.Task(f, null, request.runNanos(), longAfterNanos[f]);
    var arrivals = new ArrayList<>(coming);
    arrivals.sort(Comparator.comparingLong(job -> job.arriveNanos));
    int arrived = 0;
    boolean here = false;
    while (true) {
      double arrives =
          arrived < arrivals.size() ? arrivals.get(arrived).arriveNanos : Double.POSITIVE_INFINITY;
      boolean ownNext = !here && arriveNanos < arrives;
      double comes = ownNext ? arriveNanos : arrives;
      double happens = Math.min(comes, next.nextNanos());
      if (happens > beforeNanos) {
        return Double.POSITIVE_INFINITY;
      }
      for (NodeModel.Turn turn : next.advance(Math.max(happens, next.nowNanos()), slowness)) {
        if (turn.task == own) {
          return next.nowNanos();
        }
      }
      if (happens == comes) {
        next.add(ownNext ? own : task(arrivals.get(arrived++)), slowness);
        here |= ownNext;
      }
    }
  }
}
