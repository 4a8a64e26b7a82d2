package dev.brink.placement;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a function costs on a usual node, at one size of its requests or at any. Times are what a
 * run took, divided by how slow its node is. Thread-safe and lock free.
 */
final class Costs {
  private static final int MAX_SAMPLES = 1 << 20;
  private static final int JUDGES_AFTER_RUNS = 5;
  private static final long JUDGES_FROM_NANOS = 100_000L;

  /** Slow, so that a node that has become slow does not make the function look spread out. */
  private static final double SPREAD_WEIGHT = 0.02;

  final MeanEstimate run = new MeanEstimate();
  final MeanEstimate cold = new MeanEstimate();

  /**
   * Of the logarithms of times on a lane, times a million: what nodes are judged by, as a run also
   * takes long where those it waits for are far from the node.
   */
  private final MeanEstimate typicalLog = new MeanEstimate();

  /** How far the logarithms are from the typical one, times a million: seen here, not told. */
  final MeanEstimate spread = new MeanEstimate(SPREAD_WEIGHT);

  /** The same of runs on this node that other ingresses asked for, and learn from. */
  final MeanEstimate servedSpread = new MeanEstimate(SPREAD_WEIGHT);

  /** Time on a lane, which is less than the run where the function waits for others. */
  final MeanEstimate lane = new MeanEstimate();

  /** Of request and response together. */
  final MeanEstimate bytes = new MeanEstimate();

  private final AtomicInteger freshRuns = new AtomicInteger();
  private final AtomicInteger freshColds = new AtomicInteger();

  void ran(long runNanos, long laneNanos) {
    run.add(runNanos);
    lane.add(laneNanos);
    spread.add(off(laneNanos));
    typicalLog.add(log(laneNanos));
    freshRuns.getAndIncrement();
  }

  /** A run on this node that another ingress asked for. */
  void served(long laneNanos) {
    servedSpread.add(off(laneNanos));
  }

  private long off(long laneNanos) {
    long log = log(laneNanos);
    return Math.abs(log - typicalLog.nanosOr(log));
  }

  private static long log(long nanos) {
    return (long) (1e6 * Math.log((double) Math.max(1, nanos)));
  }

  /** The geometric mean of a run's time on a lane; 0 where there was none. */
  long typicalLaneNanos() {
    long log = typicalLog.nanosOr(0);
    return log == 0 ? 0 : (long) Math.exp(log / 1e6);
  }

  /**
   * How long a newcomer typically waits behind a run of it: those few that hold a lane for much
   * longer make room for others.
   */
  long heldNanos(long priorNanos) {
    long mean = lane.nanosOr(priorNanos);
    long typical = typicalLaneNanos();
    return typical == 0 ? mean : Math.min(mean, typical);
  }

  /** What a run is said to have held a lane for: a part of it, or all where that makes no sense. */
  static long onLaneNanos(long laneNanos, long runNanos) {
    return laneNanos < 0 ? runNanos : Math.min(laneNanos, runNanos);
  }

  /** The mean distance of the logarithm of a time on a lane from the typical one. */
  double spread() {
    return logs(spread);
  }

  static double logs(MeanEstimate millionths) {
    return millionths.nanosOr(0) / 1e6;
  }

  /** Whether nodes can be judged by this function's runs, which are spread so far. */
  boolean judges(MeanEstimate bySpread) {
    return bySpread.count() >= JUDGES_AFTER_RUNS && typicalLaneNanos() >= JUDGES_FROM_NANOS;
  }

  void started(long coldNanos) {
    cold.add(coldNanos);
    freshColds.getAndIncrement();
  }

  /** What was learned since the last time this was asked; null when nothing was. */
  @Nullable FunctionSample takeFresh(String function, int sizeClass) {
    int runs = Math.clamp(freshRuns.getAndSet(0), 0, MAX_SAMPLES);
    int colds = Math.clamp(freshColds.getAndSet(0), 0, MAX_SAMPLES);
    if (runs == 0 && colds == 0) {
      return null;
    }
    return new FunctionSample(
        function,
        sizeClass,
        runs,
        run.nanosOr(0),
        typicalLaneNanos(),
        lane.nanosOr(0),
        colds,
        cold.nanosOr(0),
        bytes.nanosOr(0));
  }

  /** What another ingress has learned counts as so many samples of the same value. */
  void learn(FunctionSample sample) {
    if (sample.runs() > 0 && Placement.sane(sample.runNanos())) {
      run.add(sample.runNanos(), sample.runs());
      if (sample.typicalLaneNanos() > 0 && Placement.sane(sample.typicalLaneNanos())) {
        typicalLog.add(log(sample.typicalLaneNanos()), sample.runs());
      }
      lane.add(onLaneNanos(sample.laneNanos(), sample.runNanos()), sample.runs());
      if (sample.bytes() > 0) {
        bytes.add(Math.min(sample.bytes(), FunctionStats.MAX_BYTES), sample.runs());
      }
    }
    if (sample.colds() > 0 && Placement.sane(sample.coldNanos())) {
      cold.add(sample.coldNanos(), sample.colds());
    }
  }
}
