package dev.brink.placement;

import dev.brink.placement.Choice.Cohort;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The rule: lowest expected latency, and what is done about ties, sessions, the control group and
 * nodes that should be warm. Thread-safe; allocates nothing but advice.
 */
final class Chooser {
  private static final int MAX_ADVICE = 256;
  private static final double SPREAD_SHARE = 0.5;
  private static final long SPREAD_NANOS = 10_000_000L;
  private static final double AFFINITY_SHARE = 1;
  private static final long AFFINITY_NANOS = 50_000_000L;

  private final PlacementSettings settings;
  private final Planner planner;
  private final ThreadLocal<Scan> scans = ThreadLocal.withInitial(Scan::new);
  private final ConcurrentLinkedQueue<WarmAdvice> advice = new ConcurrentLinkedQueue<>();
  private final AtomicInteger advices = new AtomicInteger();

  Chooser(PlacementSettings settings, Planner planner) {
    this.settings = settings;
    this.planner = planner;
  }

  /**
   * Chooses.
   *
   * @param real whether the choice is one of a real request, which counts, or only a question
   */
  Choice choose(
      Topology seen, FunctionStats stats, PlacementRequest request, long nowNanos, boolean real) {
    Plan plan = planner.plan(seen, stats, request.hints(), nowNanos);
    NodeState lastUsed = stats.lastUsed();
    String key = request.affinity();
    NodeState session = key == null ? null : seen.find(key);
    Scan scan = scans.get();
    boolean verify = seen.nodes().length > settings.verifyAbove();
    scan.begin(request, lastUsed, session, verify, nowNanos);
    scan.work.set(stats, request, settings, nowNanos);
    scan.over(plan);
    if (scan.best == null) {
      Plan wide = plan.widened();
      if (wide != null) {
        scan.want();
        plan = wide;
        scan.over(plan);
      }
    }
    Plan unpicked = key == null ? null : plan.unpicked();
    if (unpicked != null) {
      scan.sessions(unpicked);
    }
    scan.want();
    if (scan.best == null && scan.unverified != null) {
      scan.overUnverified(plan);
    }
    if (scan.best == null && !mayTryLocal(plan, seen.local(), request)) {
      scan.overAnyhow(plan);
    }
    NodeState best = scan.best;
    if (best == null) {
      Reason none = plan.permitsLocal() ? Reason.NOTHING_LEFT : Reason.NOT_ALLOWED;
      return choice(seen.local(), none, stats, Cohort.NONE);
    }
    if (scan.anyhow) {
      return choice(best, Reason.LAST_RESORT, stats, Cohort.NONE);
    }
    if (scan.eligible == 1 && (scan.sticky == null || scan.sticky == best)) {
      return choice(best, Reason.ONLY_CANDIDATE, stats, Cohort.NONE);
    }
    if (real) {
      account(scan, best, stats, nowNanos);
    }
    if (scan.sticky != null && scan.stickyScore <= limit(scan, AFFINITY_SHARE, AFFINITY_NANOS)) {
      return choice(scan.sticky, Reason.AFFINITY, stats, Cohort.NONE);
    }
    Cohort cohort = real ? cohort(scan, seen, stats, request) : Cohort.NONE;
    if (cohort == Cohort.CONTROL) {
      return choice(seen.local(), Reason.CONTROL, stats, cohort);
    }
    if (request.hints().spread()) {
      int turn = real ? stats.turns.getAndIncrement() : stats.turns.get();
      NodeState next = scan.turn(plan, limit(scan, SPREAD_SHARE, SPREAD_NANOS), turn);
      return choice(next == null ? best : next, Reason.SPREAD, stats, cohort);
    }
    return tieBroken(scan, best, lastUsed, seen, stats, cohort);
  }

  private static boolean mayTryLocal(Plan plan, NodeState local, PlacementRequest request) {
    return plan.permitsLocal() && !request.excluded().contains(local.info.id());
  }

  /** What this thread's last choice looked at. */
  Scan scanned() {
    return scans.get();
  }

  private Choice tieBroken(
      Scan scan,
      NodeState best,
      @Nullable NodeState lastUsed,
      Topology seen,
      FunctionStats stats,
      Cohort cohort) {
    long limit = limit(scan, settings.toleranceShare(), settings.toleranceNanos());
    if (!best.local && scan.localScore <= limit) {
      return choice(seen.local(), Reason.LOCAL_TIE, stats, cohort);
    }
    if (!best.local && lastUsed != null && best != lastUsed && scan.lastScore <= limit) {
      return choice(lastUsed, Reason.LAST_USED, stats, cohort);
    }
    return choice(best, Reason.FASTEST, stats, cohort);
  }

  private static long limit(Scan scan, double share, long nanos) {
    return scan.bestScore + (long) (scan.bestScore * share) + nanos;
  }

  private static Choice choice(NodeState node, Reason reason, FunctionStats stats, Cohort cohort) {
    return node.choice(reason, node.load().warmth().has(stats.index), cohort);
  }

  /** Compared are requests that have their first try and that local could run warm and well. */
  private Cohort cohort(Scan scan, Topology seen, FunctionStats stats, PlacementRequest request) {
    if (!scan.localWarm
        || scan.localFails
        || !request.excluded().isEmpty()
        || settings.controlShare() == 0) {
      return Cohort.NONE;
    }
    return stats.cohorts.draw(settings.controlShare(), seen.local().hash);
  }

  private void account(Scan scan, NodeState best, FunctionStats stats, long nowNanos) {
    NodeState wanted = scan.bestIfWarm;
    long saved = scan.bestScore - scan.scoreIfWarm;
    if (wanted == null || wanted == best || saved <= 0) {
      return;
    }
    long reached = stats.warming().add(wanted.slot, saved, scan.work.coldNanos, nowNanos);
    if (reached > 0 && advices.get() < MAX_ADVICE) {
      advices.getAndIncrement();
      advice.add(new WarmAdvice(stats.function, wanted.info.id(), reached));
    }
  }

  List<WarmAdvice> takeAdvice() {
    var taken = new ArrayList<WarmAdvice>();
    for (WarmAdvice next = advice.poll(); next != null; next = advice.poll()) {
      advices.getAndDecrement();
      taken.add(next);
    }
    return taken;
  }
}
