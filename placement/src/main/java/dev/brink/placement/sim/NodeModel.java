package dev.brink.placement.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The mechanics of a node: as many processors as lanes, one queue before the lanes, runs that go on
 * beside their lane once they are long and something waits, and a bounded memory of instances with
 * the longest unused evicted first. A run holds an instance from its start to its end. Time is
 * told; a copy goes on by itself, which is how it is found out what will happen. Not thread-safe.
 */
final class NodeModel {
  /** Runs that may go on beside each lane. */
  static final int BESIDE_PER_LANE = 7;

  /** What is ready as soon as this counts as ready. */
  static final double SOON_NANOS = 20e6;

  /** Times are whole nanoseconds outside: what is nearer than half of one is there. */
  private static final double THERE_NANOS = 0.5;

  /**
   * Something that needs a lane.
   *
   * @param function whose instance it needs
   * @param job what it was made for; null where that is an instance alone, or a question
   * @param runNanos processor time of its run on a usual node
   * @param longAfterNanos so much of it, on this node, until it may go on beside its lane
   */
  record Task(int function, @Nullable Job job, double runNanos, double longAfterNanos) {}

  /** A task that has a lane, or goes on beside it. */
  static final class Turn {
    final Task task;
    final double startNanos;
    final double coldNanos;
    final double runNanos;

    /** Processor time it still needs, and needs to be long. */
    double leftNanos;

    double untilLongNanos;
    boolean beside;

    private Turn(Task task, double startNanos, double coldNanos, double slowness) {
      this.task = task;
      this.startNanos = startNanos;
      this.coldNanos = coldNanos;
      this.runNanos = task.runNanos * slowness;
      leftNanos = coldNanos + runNanos;
      untilLongNanos = coldNanos + task.longAfterNanos;
    }

    private Turn(Turn of) {
      task = of.task;
      startNanos = of.startNanos;
      coldNanos = of.coldNanos;
      runNanos = of.runNanos;
      leftNanos = of.leftNanos;
      untilLongNanos = of.untilLongNanos;
      beside = of.beside;
    }

    /** Processor time its run has had: negative as long as its instance is made. */
    double usedNanos() {
      return runNanos - leftNanos;
    }
  }

  private final int lanes;
  private final double memoryMb;
  private final double furtherNanos;
  private final List<SimFunction> functions;
  private final List<Turn> running = new ArrayList<>();
  private final Deque<Task> queue;
  private final List<Turn> ended = new ArrayList<>();
  private int beside;
  private double nowNanos;

  /** Instances that are ready and run nothing. */
  private final int[] idle;

  /** Instances that run something, or are being made. */
  private final int[] inUse;

  private final double[] lastUsedNanos;
  private double heldMb;

  NodeModel(Scenario scenario, List<SimFunction> functions) {
    this.lanes = scenario.lanes();
    this.memoryMb = scenario.nodeMemoryMb();
    this.furtherNanos = scenario.furtherColdNanos();
    this.functions = functions;
    this.queue = new ArrayDeque<>();
    this.idle = new int[functions.size()];
    this.inUse = new int[functions.size()];
    this.lastUsedNanos = new double[functions.size()];
  }

  /** The same, that may be asked what will happen. */
  NodeModel copy() {
    return new NodeModel(this);
  }

  private NodeModel(NodeModel of) {
    lanes = of.lanes;
    memoryMb = of.memoryMb;
    furtherNanos = of.furtherNanos;
    functions = of.functions;
    for (Turn turn : of.running) {
      running.add(new Turn(turn));
    }
    queue = new ArrayDeque<>(of.queue);
    beside = of.beside;
    nowNanos = of.nowNanos;
    idle = of.idle.clone();
    inUse = of.inUse.clone();
    lastUsedNanos = of.lastUsedNanos.clone();
    heldMb = of.heldMb;
  }

  // What happens.

  /** Something comes now, at the end of the queue. */
  void add(Task task, double slowness) {
    queue.add(task);
    settle(slowness);
  }

  /** An instance is made on a lane, one that is free. */
  void make(int function, double slowness) {
    begin(new Task(function, null, 0, Double.MAX_VALUE), false, slowness);
  }

  /** All is gone. */
  void clear() {
    running.clear();
    queue.clear();
    Arrays.fill(idle, 0);
    Arrays.fill(inUse, 0);
    heldMb = 0;
    beside = 0;
  }

  /** When something happens next if nothing comes; infinite when nothing does. */
  double nextNanos() {
    return nextNanos(!queue.isEmpty());
  }

  private double nextNanos(boolean waiting) {
    double next = Double.POSITIVE_INFINITY;
    boolean maySwitch = waiting && beside < BESIDE_PER_LANE * lanes;
    for (int i = 0; i < running.size(); i++) {
      Turn turn = running.get(i);
      next = Math.min(next, turn.leftNanos);
      if (maySwitch && !turn.beside) {
        next = Math.min(next, turn.untilLongNanos);
      }
    }
    return nowNanos + Math.max(0, next) / share();
  }

  /** The part of a processor that each thread gets. */
  private double share() {
    return running.size() <= lanes ? 1 : (double) lanes / running.size();
  }

  /**
   * Goes on to a time that is no later than the next thing that happens.
   *
   * @return what has ended; valid until the next call
   */
  List<Turn> advance(double toNanos, double slowness) {
    double had = (toNanos - nowNanos) * share();
    nowNanos = toNanos;
    ended.clear();
    int kept = 0;
    for (int i = 0; i < running.size(); i++) {
      Turn turn = running.get(i);
      turn.leftNanos -= had;
      turn.untilLongNanos -= had;
      if (turn.leftNanos > THERE_NANOS) {
        running.set(kept++, turn);
      } else {
        end(turn);
      }
    }
    while (running.size() > kept) {
      running.removeLast();
    }
    settle(slowness);
    return ended;
  }

  private void end(Turn turn) {
    ended.add(turn);
    beside -= turn.beside ? 1 : 0;
    int f = turn.task.function;
    inUse[f]--;
    idle[f]++;
    lastUsedNanos[f] = nowNanos;
  }

  /** Gives lanes to what waits, as long as there are some. */
  private void settle(double slowness) {
    while (!queue.isEmpty() && (lanesTaken() < lanes || moveLongest())) {
      Task next = queue.remove();
      begin(next, idle[next.function] > 0, slowness);
    }
  }

  private void begin(Task task, boolean warm, double slowness) {
    int f = task.function;
    double cold = warm ? 0 : coldNanos(f) * slowness;
    running.add(new Turn(task, nowNanos, cold, slowness));
    lastUsedNanos[f] = nowNanos;
    if (warm) {
      idle[f]--;
      inUse[f]++;
    } else {
      admit(f);
    }
  }

  private double coldNanos(int function) {
    double first = functions.get(function).coldNanos();
    return made(function) ? Math.min(first, furtherNanos) : first;
  }

  private boolean made(int function) {
    for (int i = 0; inUse[function] > 0 && i < running.size(); i++) {
      Turn turn = running.get(i);
      if (turn.task.function == function && turn.usedNanos() >= 0) {
        return true;
      }
    }
    return idle[function] > 0;
  }

  /** The one that is long for longest goes on beside its lane; false when none can. */
  private boolean moveLongest() {
    Turn longest = null;
    for (int i = 0; i < running.size() && beside < BESIDE_PER_LANE * lanes; i++) {
      Turn turn = running.get(i);
      if (!turn.beside
          && turn.untilLongNanos <= THERE_NANOS
          && (longest == null || turn.untilLongNanos < longest.untilLongNanos)) {
        longest = turn;
      }
    }
    if (longest == null) {
      return false;
    }
    longest.beside = true;
    beside++;
    return true;
  }

  /** All instances of a function together take its memory once. */
  private void admit(int function) {
    if (!has(function)) {
      heldMb += functions.get(function).memoryMb();
    }
    inUse[function]++;
    while (heldMb > memoryMb) {
      int oldest = -1;
      for (int f = 0; f < idle.length; f++) {
        if (unused(f) && (oldest < 0 || lastUsedNanos[f] < lastUsedNanos[oldest])) {
          oldest = f;
        }
      }
      if (oldest < 0) {
        return; // all in use: over the bound until one is not
      }
      idle[oldest] = 0;
      heldMb -= functions.get(oldest).memoryMb();
    }
  }

  // What is so.

  List<Turn> running() {
    return running;
  }

  Deque<Task> queue() {
    return queue;
  }

  int lanesTaken() {
    return running.size() - beside;
  }

  int beside() {
    return beside;
  }

  double nowNanos() {
    return nowNanos;
  }

  double heldMb() {
    return heldMb;
  }

  /** Whether there is an instance, if only one being made. */
  boolean has(int function) {
    return idle[function] + inUse[function] > 0;
  }

  /** Whether a run that began now would find an instance, or get one as soon as makes no matter. */
  boolean ready(int function) {
    return idle[function] > 0 || (furtherNanos <= SOON_NANOS && made(function));
  }

  /** Whether there are instances and none is in use. */
  boolean unused(int function) {
    return idle[function] > 0 && inUse[function] == 0;
  }

  double lastUsedNanos(int function) {
    return lastUsedNanos[function];
  }

  // What will be so: on a copy.

  /** Goes on until nothing waits and a lane could be had; returns how long that takes. */
  double untilLaneNanos() {
    double from = nowNanos;
    while (!queue.isEmpty() || (lanesTaken() >= lanes && !moveLongest())) {
      advance(nextNanos(true), 1);
    }
    return nowNanos - from;
  }

  /** Replaces what only an omniscient one knows, how long runs will take, by estimates. */
  void guess(ToDoubleFunction<Turn> leftNanos, UnaryOperator<Task> waiting) {
    for (int i = 0; i < running.size(); i++) {
      Turn turn = running.get(i);
      turn.leftNanos = leftNanos.applyAsDouble(turn);
    }
    for (int i = queue.size(); i > 0; i--) {
      queue.add(waiting.apply(queue.remove()));
    }
  }
}
