package dev.brink.exec.lane;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the watchdog sees to on one lane: that turns keep their limits, that long ones go on beside
 * the lane when something waits, that those which cannot be ended are given up, and that the
 * companion does not wait for any of them.
 */
final class LaneWatch {
  private static final Logger log = LoggerFactory.getLogger(LaneWatch.class);

  /** A turn shorter than this has no overtime. */
  private static final long OVERTIME_FROM_NANOS = 10_000_000;

  /** Nor has one that is not longer than so many typical ones of the lane. */
  private static final int OVERTIME_FROM_TYPICAL = 4;

  /** How long no turn goes into overtime after no thread could be had. */
  private static final long NO_THREAD_NANOS = 1_000_000_000L;

  /** How long after a long turn the companion stays with its keeper. */
  private static final long APART_NANOS = 100_000_000;

  private final Lane lane;
  private final Lanes lanes;
  private final @Nullable LaneCompanion companion;
  private final TypicalTime typicalTurn = new TypicalTime();
  private final AtomicInteger overtime = new AtomicInteger();
  private final AtomicInteger comingBack = new AtomicInteger();
  private volatile long apartUntilNanos = System.nanoTime();

  /** Threads in turns that have gone on beside the lane. The watchdog's. */
  private final List<LaneThread> away = new ArrayList<>();

  /** Its turn was given up, but there was no other thread to be had for the lane yet. */
  private volatile @Nullable LaneThread orphan;

  private long noOvertimeUntilNanos = System.nanoTime();

  LaneWatch(Lane lane, Lanes lanes, @Nullable LaneCompanion companion) {
    this.lane = lane;
    this.lanes = lanes;
    this.companion = companion;
  }

  // ---- on the lane

  void turnEnded(long heldNanos) {
    typicalTurn.add(heldNanos);
  }

  /** A turn in overtime is over, and its thread waits for the lane. On that thread. */
  void comesBack() {
    endOvertime();
    comingBack.incrementAndGet();
  }

  /** That thread has the lane, or will never have it. */
  void isBack() {
    comingBack.decrementAndGet();
  }

  // ---- any thread

  /** Turns in overtime. */
  int overtime() {
    return overtime.get();
  }

  /** Whether there is anything to look at. */
  boolean active() {
    return lane.busy() || overtime.get() > 0 || orphan != null;
  }

  boolean keepsCompanionApart(long nowNanos) {
    return nowNanos - apartUntilNanos < 0;
  }

  // ---- on the watchdog's thread

  void inspect(long nowNanos, long graceNanos) {
    LaneThread seen = lane.worker();
    keepCompanionApart(seen, nowNanos);
    inspectAway(nowNanos, graceNanos);
    if (orphan != null) {
      replaceGivenUp(seen);
    } else if (seen.inspect(nowNanos, graceNanos) != null) {
      log.warn("{} cannot be stopped; the lane goes on with a new thread", seen);
      lanes.countAbandoned();
      replaceGivenUp(seen);
    } else if (isOverdue(seen)
        && lane.somethingWaits(nowNanos)
        && nowNanos - noOvertimeUntilNanos >= 0
        && lanes.beginOvertime(comingBack.get() > 0)) {
      goIntoOvertime(seen, nowNanos);
    }
  }

  private void keepCompanionApart(LaneThread seen, long nowNanos) {
    if (companion != null) {
      if (seen.longTurn() || !away.isEmpty()) {
        apartUntilNanos = nowNanos + APART_NANOS;
      }
      if (keepsCompanionApart(nowNanos)) {
        companion.reclaim();
      }
    }
  }

  private void replaceGivenUp(LaneThread old) {
    orphan = old;
    if (lane.replace(old, old.tellsAbandoned())) {
      orphan = null;
    }
  }

  private void inspectAway(long nowNanos, long graceNanos) {
    for (Iterator<LaneThread> each = away.iterator(); each.hasNext(); ) {
      LaneThread one = each.next();
      if (one.isAway() && one.inspect(nowNanos, graceNanos) != null) {
        log.warn("{} cannot be stopped in its overtime", one);
        lanes.countAbandoned();
        endOvertime();
        lane.postSurely(one.tellsAbandoned());
      }
      if (!one.isAway()) {
        each.remove();
      }
    }
  }

  /** Those that wait for the lane with a finished turn wait for no typical one. */
  private boolean isOverdue(LaneThread seen) {
    long patience =
        comingBack.get() > 0
            ? OVERTIME_FROM_NANOS
            : Math.max(OVERTIME_FROM_NANOS, OVERTIME_FROM_TYPICAL * typicalTurn.nanos());
    return seen.seenCpuNanos() > patience;
  }

  private void goIntoOvertime(LaneThread seen, long nowNanos) {
    boolean gone = false;
    try {
      // Between the change and its settling nothing may fail for want of memory.
      away.add(seen);
      gone = seen.goAway(nowNanos);
    } finally {
      if (!gone) {
        away.remove(seen);
        lanes.endOvertime();
      }
    }
    if (!gone) {
      return;
    }
    overtime.incrementAndGet();
    boolean replaced = false;
    try {
      replaced = lane.replace(seen, null);
    } finally {
      seen.settle();
    }
    if (!replaced) {
      noOvertimeUntilNanos = nowNanos + NO_THREAD_NANOS;
      away.remove(seen);
      if (seen.stay()) {
        endOvertime();
      }
    }
  }

  private void endOvertime() {
    overtime.decrementAndGet();
    lanes.endOvertime();
  }
}
