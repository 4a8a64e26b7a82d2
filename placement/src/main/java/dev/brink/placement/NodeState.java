package dev.brink.placement;

import dev.brink.placement.Candidate.Exclusion;
import dev.brink.placement.Choice.Cohort;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What an ingress knows of one node, and the terms of its score. Thread-safe and lock free. */
final class NodeState {
  private static final long AGE_COUNTS_NANOS = 1_000_000_000L;
  private static final long NEVER = Long.MIN_VALUE;
  private static final int COHORTS = Cohort.values().length;
  private static final long BYTES_PER_SECOND_PRIOR = 12_500_000L;
  private static final long WANTED_NANOS = 5_000_000_000L;

  final NodeInfo info;
  final boolean local;

  /** The same on every ingress. */
  final long hash;

  /** Tells it from the other nodes of this ingress, but for one in some thousands. */
  final int slot;

  private static final AtomicInteger SLOTS = new AtomicInteger();
  private static final VarHandle LOAD;
  private static final VarHandle TROUBLE;

  static {
    try {
      var lookup = MethodHandles.lookup();
      LOAD = lookup.findVarHandle(NodeState.class, "load", Load.class);
      TROUBLE = lookup.findVarHandle(NodeState.class, "trouble", Trouble.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** By reason, cohort and warmth: made ahead, so that choosing allocates nothing. */
  private final Choice[] choices = new Choice[Reason.values().length * COHORTS * 2];

  private final RttEstimate rtt = new RttEstimate();
  private final MeanEstimate bytesPerSecond = new MeanEstimate();
  private final SlowEstimate slow = new SlowEstimate();
  private volatile Load load;
  private volatile Trouble trouble = Trouble.NONE;

  /** Its round trip as long as none was measured. */
  private volatile long rttPriorNanos;

  /** When a request would have gone there, had its round trip been measured. */
  private volatile long wantedAtNanos = NEVER;

  /** All work ever sent, in the time the node's lanes together take for it. */
  private final AtomicLong sentNanos = new AtomicLong();

  /** When the lanes will have done what is known to be there. */
  private final AtomicLong busyUntilNanos = new AtomicLong(NEVER);

  /** The largest piece in what was sent. */
  private final AtomicLong largestNanos = new AtomicLong();

  NodeState(NodeInfo info, boolean local, PlacementSettings settings) {
    this.info = info;
    this.local = local;
    this.hash = Lot.hash(info.id());
    this.slot = SLOTS.getAndIncrement() & 0xFFF;
    this.load = Load.none(info.lanes());
    this.rttPriorNanos = settings.rttPriorNanos();
    for (Reason reason : Reason.values()) {
      for (Cohort cohort : Cohort.values()) {
        choices[place(reason, false, cohort)] = new Choice(info.id(), reason, local, false, cohort);
        choices[place(reason, true, cohort)] = new Choice(info.id(), reason, local, true, cohort);
      }
    }
  }

  Load load() {
    return load;
  }

  Trouble trouble() {
    return trouble;
  }

  Choice choice(Reason reason, boolean warm, Cohort cohort) {
    return choices[place(reason, warm, cohort)];
  }

  @SuppressWarnings("EnumOrdinal") // an index into an array made here, never stored
  private static int place(Reason reason, boolean warm, Cohort cohort) {
    return (reason.ordinal() * COHORTS + cohort.ordinal()) * 2 + (warm ? 1 : 0);
  }

  // What it is told.

  void report(LoadReport report, FunctionTable table, long nowNanos) {
    long rttNanos = netNanos();
    Load before;
    long sent;
    Load after;
    do {
      before = load;
      if (!before.precedes(report, nowNanos)) {
        return;
      }
      sent = sentNanos.get();
      after = before.after(report, table, nowNanos, sent, rttNanos);
    } while (!LOAD.compareAndSet(this, before, after));
    if (before.silent(nowNanos) && trouble.any()) {
      change(now -> now.returned(nowNanos));
    }
    long unseen = before.unseenNanos(nowNanos, sent, rttNanos);
    busyUntilNanos.set(nowNanos + Load.waitNanos(report) + unseen);
    if (unseen == 0) {
      largestNanos.setOpaque(0);
    }
  }

  void draining(boolean draining) {
    Load before;
    do {
      before = load;
    } while (!LOAD.compareAndSet(this, before, before.withDraining(draining)));
  }

  void warmth(UnaryOperator<Warmth> change) {
    Load before;
    Load after;
    do {
      before = load;
      Warmth changed = change.apply(before.warmth());
      if (changed == before.warmth()) {
        return;
      }
      after = before.withWarmth(changed);
    } while (!LOAD.compareAndSet(this, before, after));
  }

  void rtt(long rttNanos, long nowNanos) {
    if (!local) {
      rtt.add(rttNanos, nowNanos);
    }
  }

  /** How far it is by coordinates; counts as long as nothing was measured. */
  void rttEstimated(long rttNanos) {
    rttPriorNanos = rttNanos;
  }

  /** Whether its round trip is known well enough for requests to be sent there. */
  boolean verified() {
    return local || rtt.confirmed();
  }

  /** A request would go there if it were verified. */
  void wanted(long nowNanos) {
    wantedAtNanos = nowNanos;
  }

  boolean isWanted(long nowNanos) {
    long at = wantedAtNanos;
    return at != NEVER && nowNanos - at < WANTED_NANOS && !verified();
  }

  /** More bytes than fit one round trip went there or came back. */
  void transferred(long bytes, long netNanos) {
    long beyond = netNanos - netNanos();
    if (!local && beyond > 0) {
      double rate = bytes * 1e9 / beyond;
      bytesPerSecond.add((long) Math.clamp(rate, 1e3, 1e11));
    }
  }

  /** Since the network was last measured; -1 when it never was, 0 when there is none. */
  long rttAgeNanos(long nowNanos) {
    return local ? 0 : rtt.ageNanos(nowNanos);
  }

  /** A run held a lane for a while. */
  void ran(long laneNanos, long expectedNanos, double spread, long nowNanos) {
    slow.add(laneNanos, expectedNanos, spread, nowNanos);
  }

  /** Work was sent that takes this long on a lane of a usual node. */
  void sent(long workNanos, long nowNanos) {
    long onLane = (long) (workNanos * slow(nowNanos));
    Load seen = load;
    long share = Math.max(1, onLane / seen.lanes());
    sentNanos.addAndGet(share);
    long done = doneUntilNanos(seen, nowNanos);
    long before;
    long start;
    do {
      before = busyUntilNanos.get();
      start = before == NEVER || before - done < 0 ? done : before;
    } while (!busyUntilNanos.compareAndSet(before, start + share));
    if (start == done || onLane > largestNanos.getOpaque()) {
      largestNanos.setOpaque(onLane);
    }
  }

  void succeeded(long nowNanos) {
    if (trouble.any()) {
      change(now -> now.succeeded(nowNanos));
    }
  }

  /** The trouble after a failure. */
  Trouble failed(long nowNanos, long retryAfterNanos) {
    return change(now -> now.failed(nowNanos, retryAfterNanos));
  }

  void refused(long nowNanos) {
    change(now -> now.refused(nowNanos));
  }

  void eject(long nowNanos) {
    change(now -> now.eject(nowNanos));
  }

  void readmit(long nowNanos) {
    change(now -> now.readmit(nowNanos));
  }

  private Trouble change(UnaryOperator<Trouble> change) {
    Trouble before;
    Trouble after;
    do {
      before = trouble;
      after = change.apply(before);
    } while (!TROUBLE.compareAndSet(this, before, after));
    return after;
  }

  // The terms of its score.

  /** Those that hold only while there is another node come last. */
  @Nullable Exclusion exclusion(
      PlacementRequest request, Work work, Load seen, Trouble had, long nowNanos) {
    if (!request.excluded().isEmpty() && request.excluded().contains(info.id())) {
      return Exclusion.EXCLUDED;
    }
    if (seen.draining()) {
      return Exclusion.DRAINING;
    }
    if (!local) {
      if (!seen.reported()) {
        return Exclusion.UNREPORTED;
      }
      if (seen.utilisation() > info.loadLimit()) {
        return Exclusion.OVER_LIMIT;
      }
      if (seen.silent(nowNanos)) {
        return Exclusion.STALE;
      }
    }
    if (had.resting(nowNanos)) {
      return Exclusion.EJECTED;
    }
    if (!local && seen.unhealthy()) {
      return Exclusion.UNHEALTHY;
    }
    Failures failures = work.failures;
    return failures != null
            && !seen.warmth().has(work.index)
            && failures.lacking(info.id(), nowNanos)
        ? Exclusion.NOT_LOADED
        : null;
  }

  long netNanos() {
    return local ? 0 : rtt.nanosOr(rttPriorNanos);
  }

  /** What the bytes add to a round trip. */
  long transferNanos(long bytes) {
    return bytes == 0 || local
        ? 0
        : (long) (bytes * 1e9 / Math.max(1, bytesPerSecond.nanosOr(BYTES_PER_SECOND_PRIOR)));
  }

  /** As answers show it, or as the node says where that is more. */
  double slow(long nowNanos) {
    return slow(load, nowNanos);
  }

  private double slow(Load seen, long nowNanos) {
    double shown = slow.value(nowNanos);
    return seen.slow() <= 1 ? shown : Math.max(shown, seen.slow());
  }

  /** As answers show it, whatever the node says. */
  double shownSlow(long nowNanos) {
    return slow.value(nowNanos);
  }

  long queueNanos(Load seen, long nowNanos) {
    long until = busyUntilNanos.getOpaque();
    long done = doneUntilNanos(seen, nowNanos);
    if (until == NEVER || until - done <= 0) {
      return 0;
    }
    // The first pieces go to the lanes that were free, and nothing waits for those.
    long credit = seen.free() > 1 ? largestNanos.getOpaque() / seen.lanes() * (seen.free() - 1) : 0;
    return Math.max(0, until - done - credit);
  }

  private long doneUntilNanos(Load seen, long nowNanos) {
    return local ? nowNanos : seen.doneUntilNanos(nowNanos);
  }

  /** What others' share of the processors adds to a typical run's time on its lane. */
  long sharingNanos(Work work, Load seen) {
    double sharing = seen.sharing();
    return sharing <= 1 ? 0 : (long) (work.heldNanos * (sharing - 1));
  }

  /** A slow node is slow on its lanes; what a run waits for others is as long there. */
  long runNanos(Work work, double slowNow) {
    return work.waitsNanos + (long) (work.laneNanos * slowNow);
  }

  long coldNanos(Work work, boolean warm, double slowNow) {
    return warm ? 0 : (long) (work.coldNanos * slowNow);
  }

  /** Of a request: what the node itself is held to, and that it fails the function. */
  long penaltyNanos(Work work, Load seen, Trouble had, long nowNanos) {
    return penaltyNanos(seen, had, nowNanos) + failingNanos(work, nowNanos);
  }

  /** What is added because the function fails here and not elsewhere. */
  long failingNanos(Work work, long nowNanos) {
    Failures failures = work.failures;
    return failures == null ? 0 : failures.penaltyNanos(info.id(), nowNanos);
  }

  long penaltyNanos(Load seen, Trouble had, long nowNanos) {
    long late =
        local || !seen.reported() ? 0 : Math.max(0, nowNanos - seen.atNanos() - AGE_COUNTS_NANOS);
    return late + had.penaltyNanos(nowNanos);
  }

  /** The expected latency but for the data: the sum of the terms, of the node as seen. */
  long scoreNanos(Work work, Load seen, Trouble had, long nowNanos) {
    double slowNow = slow(seen, nowNanos);
    return netNanos()
        + transferNanos(work.bytes)
        + queueNanos(seen, nowNanos)
        + sharingNanos(work, seen)
        + coldNanos(work, seen.warmth().has(work.index), slowNow)
        + runNanos(work, slowNow)
        + penaltyNanos(work, seen, had, nowNanos);
  }
}
