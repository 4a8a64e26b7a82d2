package dev.brink.placement.sim;

import dev.brink.placement.RunTimes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node: lanes, one queue, and a bounded memory of warm functions with the longest unused evicted
 * first. It knows of run times only what it has seen.
 */
final class SimNode {
  private static final long UNKNOWN_RUN_NANOS = 5_000_000L;
  private static final long KEEP_FROM_WARMING_NANOS = 10_000_000_000L;
  private static final long UTILISATION_NANOS = 1_000_000_000L;
  private static final long REFUSAL_SLACK_NANOS = 20_000_000L;

  final int index;
  private final int lanes;
  private final double memoryMb;
  private final boolean knownRuns;
  private final Deque<Job> queue = new ArrayDeque<>();
  private final List<Job> running = new ArrayList<>();
  private final Deque<Job> coming = new ArrayDeque<>();

  /** When a function's instance is or was ready; 0 when it has none. */
  private final long[] warmFromNanos;

  private final long[] lastUsedNanos;
  private final int[] inUse;
  private final RunTimes[] runs;
  private final RunTimes[] colds;
  private double heldMb;
  private int lanesWarming;
  private long toldWaitNanos;
  private double utilisation;
  private long utilisationAtNanos;
  private Set<String> warm = Set.of();
  private boolean warmChanged;
  private final List<SimFunction> functions;

  SimNode(int index, Scenario scenario, List<SimFunction> functions) {
    this.index = index;
    this.lanes = scenario.lanes();
    this.memoryMb = scenario.nodeMemoryMb();
    this.knownRuns = scenario.knownRuns();
    this.functions = functions;
    warmFromNanos = new long[functions.size()];
    lastUsedNanos = new long[functions.size()];
    inUse = new int[functions.size()];
    runs = new RunTimes[functions.size()];
    colds = new RunTimes[functions.size()];
    Arrays.setAll(runs, f -> new RunTimes());
    Arrays.setAll(colds, f -> new RunTimes());
  }

  // What happens.

  void sent(Job job) {
    coming.add(job);
  }

  void arrived(Job job) {
    coming.remove(job);
    queue.add(job);
  }

  /** It told another node how long the wait is. */
  void told(long waitNanos) {
    toldWaitNanos = waitNanos;
  }

  /** Whether it refuses what comes from others, by the rule the real node has. */
  boolean busierThanSaid(long nowNanos) {
    return waitNanos(nowNanos) > 2 * toldWaitNanos + REFUSAL_SLACK_NANOS;
  }

  void lost(Job job) {
    coming.remove(job);
  }

  /** Starts the next of the queue if a lane is free; null when there is none of either. */
  @Nullable Job startNext(double slowness, long nowNanos) {
    if (queue.isEmpty() || busy() >= lanes) {
      return null;
    }
    count(nowNanos);
    Job job = queue.remove();
    SimFunction function = job.request.function();
    job.startNanos = nowNanos;
    job.coldNanos = coldNanos(function, slowness, nowNanos);
    job.runNanos = (long) (job.request.runNanos() * slowness);
    job.endNanos = nowNanos + job.coldNanos + job.runNanos;
    if (warmFromNanos[function.index()] == 0) {
      admit(function, nowNanos + job.coldNanos);
    }
    lastUsedNanos[function.index()] = nowNanos;
    inUse[function.index()]++;
    running.add(job);
    return job;
  }

  /** A cold start, or what is left of one that is under way. */
  private long coldNanos(SimFunction function, double slowness, long nowNanos) {
    long from = warmFromNanos[function.index()];
    return from == 0 ? (long) (function.coldNanos() * slowness) : Math.max(0, from - nowNanos);
  }

  private void admit(SimFunction function, long readyNanos) {
    warmFromNanos[function.index()] = Math.max(1, readyNanos);
    heldMb += function.memoryMb();
    warmChanged = true;
    while (heldMb > memoryMb) {
      int oldest = -1;
      for (int f = 0; f < warmFromNanos.length; f++) {
        boolean idle = warmFromNanos[f] != 0 && inUse[f] == 0 && f != function.index();
        if (idle && (oldest < 0 || lastUsedNanos[f] < lastUsedNanos[oldest])) {
          oldest = f;
        }
      }
      if (oldest < 0) {
        return; // all in use: over the bound until one is not
      }
      warmFromNanos[oldest] = 0;
      heldMb -= functions.get(oldest).memoryMb();
    }
  }

  void ended(Job job, long nowNanos) {
    count(nowNanos);
    running.remove(job);
    int f = job.request.function().index();
    inUse[f]--;
    lastUsedNanos[f] = nowNanos;
    runs[f].add(job.runNanos);
    if (job.coldNanos > 0) {
      colds[f].add(job.coldNanos);
    }
  }

  /** Begins to make a function warm on a free lane; how long that takes, or 0 when it does not. */
  long warm(SimFunction function, double slowness, long nowNanos) {
    if (warmFromNanos[function.index()] != 0
        || busy() >= lanes
        || utilisation(nowNanos) > 0.75
        || heldMb - unusedMb(nowNanos) + function.memoryMb() > memoryMb) {
      return 0;
    }
    count(nowNanos);
    lanesWarming++;
    long takes = Math.max(1, (long) (function.coldNanos() * slowness));
    admit(function, nowNanos + takes);
    lastUsedNanos[function.index()] = nowNanos;
    return takes;
  }

  /** What is held by functions that were not asked for of late, and may go for one that is. */
  private double unusedMb(long nowNanos) {
    double unused = 0;
    for (SimFunction function : functions) {
      int f = function.index();
      if (warmFromNanos[f] != 0
          && inUse[f] == 0
          && nowNanos - lastUsedNanos[f] > KEEP_FROM_WARMING_NANOS) {
        unused += function.memoryMb();
      }
    }
    return unused;
  }

  void warmed(long nowNanos) {
    count(nowNanos);
    lanesWarming--;
  }

  /** All it was doing is gone. */
  void died() {
    queue.clear();
    running.clear();
    coming.clear();
    Arrays.fill(warmFromNanos, 0);
    Arrays.fill(inUse, 0);
    heldMb = 0;
    lanesWarming = 0;
    warmChanged = true;
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
    return running.size() + lanesWarming;
  }

  int queued() {
    return queue.size();
  }

  double utilisation(long nowNanos) {
    double now = Math.min(1, (double) busy() / lanes);
    double weight = 1 - Math.exp(-(double) (nowNanos - utilisationAtNanos) / UTILISATION_NANOS);
    return utilisation + weight * (now - utilisation);
  }

  /** Functions with an instance that is ready; the same object while nothing has changed. */
  Set<String> warm(long nowNanos) {
    if (warmChanged) {
      Set<String> now = new HashSet<>();
      boolean all = true;
      for (SimFunction function : functions) {
        long from = warmFromNanos[function.index()];
        if (from != 0 && from <= nowNanos) {
          now.add(function.id());
        }
        all &= from <= nowNanos;
      }
      warm = now;
      warmChanged = !all;
    }
    return warm;
  }

  /**
   * Its estimate of the time until a lane is free for a new request, from run times it has seen; or
   * what is so, in a scenario where nodes know how long runs will take.
   */
  long waitNanos(long nowNanos) {
    if (busy() < lanes && queue.isEmpty()) {
      return 0;
    }
    if (knownRuns) {
      double[] free = freeAt();
      for (Job job : queue) {
        assign(free, job, nowNanos, 0, -1, 1);
      }
      return (long) Math.max(0, free[least(free)] - nowNanos);
    }
    var free = new double[lanes];
    int lane = 0;
    for (Job job : running) {
      free[lane++] = leftNanos(job, nowNanos);
    }
    for (Job job : queue) {
      int next = least(free);
      int f = job.request.function().index();
      boolean cold = warmFromNanos[f] == 0;
      free[next] += runs[f].meanNanos(UNKNOWN_RUN_NANOS) + (cold ? colds[f].meanNanos(0) : 0);
    }
    return (long) free[least(free)];
  }

  private double leftNanos(Job job, long nowNanos) {
    RunTimes usual = runs[job.request.function().index()];
    long ran = nowNanos - job.startNanos - job.coldNanos;
    return ran < 0
        ? usual.meanNanos(UNKNOWN_RUN_NANOS) - ran
        : usual.leftNanos(ran, UNKNOWN_RUN_NANOS);
  }

  private static int least(double[] values) {
    int least = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] < values[least]) {
        least = i;
      }
    }
    return least;
  }

  // What only an omniscient one sees.

  /**
   * How long a request that is sent now would really wait and start cold here.
   *
   * @param arriveNanos when it would be here
   * @return the time from its arrival to the start of its run
   */
  long trulyBeforeRunNanos(SimFunction function, long arriveNanos, double slowness) {
    int f = function.index();
    double[] free = freeAt();
    double warmFrom = warmFromNanos[f];
    for (Job job : queue) {
      warmFrom = assign(free, job, 0, warmFrom, f, slowness);
    }
    for (Job job : coming) {
      if (job.arriveNanos <= arriveNanos) {
        warmFrom = assign(free, job, job.arriveNanos, warmFrom, f, slowness);
      }
    }
    double start = Math.max((double) arriveNanos, free[least(free)]);
    double cold = warmFrom == 0 ? function.coldNanos() * slowness : Math.max(0, warmFrom - start);
    return (long) (start + cold - arriveNanos);
  }

  /** When each lane is done with what it runs. */
  private double[] freeAt() {
    var free = new double[lanes];
    int lane = 0;
    for (Job job : running) {
      free[lane++] = job.endNanos;
    }
    return free;
  }

  private double assign(
      double[] free, Job job, long earliest, double warmFrom, int f, double slowness) {
    int next = least(free);
    SimFunction other = job.request.function();
    double start = Math.max(free[next], (double) earliest);
    double from = other.index() == f ? warmFrom : warmFromNanos[other.index()];
    double cold = from == 0 ? other.coldNanos() * slowness : Math.max(0, from - start);
    free[next] = start + cold + job.request.runNanos() * slowness;
    return other.index() == f && warmFrom == 0 ? start + cold : warmFrom;
  }
}
