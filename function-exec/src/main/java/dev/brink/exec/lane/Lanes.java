package dev.brink.exec.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** All lanes of a runtime and their watchdog. Thread-safe. */
public final class Lanes {
  /** A mask of lanes has this many bits. */
  public static final int MAX = 64;

  /** So many turns may be in overtime, for each lane, on all of them together. */
  private static final int OVERTIME_PER_LANE = 7;

  private static final long HOP_NANOS = 50_000;
  private static final long POLL_NANOS = 1_000_000;

  private final List<Lane> all;
  private final Watchdog watchdog = new Watchdog(this);
  private final AtomicInteger abandoned = new AtomicInteger();
  private final AtomicInteger abandonedEnded = new AtomicInteger();
  private final AtomicInteger overtime = new AtomicInteger();
  private final long graceNanos;

  /** Those that run, also beside their lanes and when they were given up. */
  private final AtomicInteger threads = new AtomicInteger();

  private volatile boolean ended;

  /** The watchdog's. */
  private int nextThief;

  /**
   * @param count 1 to {@value #MAX}
   * @param queueBound jobs that may wait, over all lanes
   * @param grace how long a guest may take to end before its lane gets a new thread
   * @param companions what the first lanes' threads do besides, one each; may be fewer than lanes
   */
  public Lanes(
      int count, int queueBound, Duration grace, List<? extends LaneCompanion> companions) {
    graceNanos = grace.toNanos();
    int bound = Math.max(1, (queueBound + count - 1) / count);
    var made = new ArrayList<Lane>(count);
    for (int i = 0; i < count; i++) {
      made.add(new Lane(this, i, bound, i < companions.size() ? companions.get(i) : null));
    }
    all = List.copyOf(made);
  }

  public void start() {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).start();
    }
    watchdog.start();
  }

  /** Ends the threads once they leave their guests and have run what is queued. */
  public void end() {
    ended = true;
    for (Lane lane : all) {
      lane.wake();
    }
    watchdog.wake();
  }

  void threadBegins() {
    threads.incrementAndGet();
  }

  void threadEnds() {
    threads.decrementAndGet();
  }

  /**
   * Waits, after {@link #end}, until all threads have ended, also those that were given up.
   *
   * @return whether they have, in that time
   */
  public boolean awaitEnd(Duration atMost) {
    long limit = System.nanoTime() + atMost.toNanos();
    while (threads.get() > 0 && System.nanoTime() - limit < 0) {
      LockSupport.parkNanos(this, POLL_NANOS);
    }
    return threads.get() == 0;
  }

  public List<Lane> all() {
    return all;
  }

  /** The lane that is free first; the calling thread's, where that does not matter. */
  public Lane first() {
    return choose(0, null);
  }

  /**
   * The lane where a new job of a function would start first: after what waits there, and after an
   * instance is made unless the lane is in the mask {@code warm} and none of its turns is in
   * overtime. Another lane than the calling thread's costs the hop there and back. One without an
   * instance is also chosen when calls before this one make it pay.
   */
  public Lane choose(long warm, @Nullable LaneShares shares) {
    Lane here = here();
    long making = shares == null ? 0 : shares.makingNanos();
    Lane best = null;
    long bestCost = Long.MAX_VALUE;
    Lane other = null;
    long otherCost = Long.MAX_VALUE;
    for (int i = 0; i < all.size(); i++) {
      Lane lane = all.get(i);
      long cost = lane.waitNanos();
      if (lane != here) {
        cost += HOP_NANOS;
      }
      if ((warm >>> i & 1) == 0 || lane.watch().overtime() > 0) {
        if (cost < otherCost) {
          other = lane;
          otherCost = cost;
        }
        cost += making;
      }
      if (best == null || cost < bestCost) {
        best = lane;
        bestCost = cost;
      }
    }
    if (best == null) {
      throw new IllegalStateException("no lanes");
    }
    // The first instance of all is made in any case: nothing would have been saved.
    if (shares != null && warm != 0 && other != null && otherCost < bestCost) {
      return shares.missed(other.index(), bestCost - otherCost) ? other : best;
    }
    return best;
  }

  /** The lane on whose thread the caller runs, as its companion does; {@code null} for none. */
  public @Nullable Lane here() {
    LaneThread me = LaneThread.current();
    Lane lane = me == null ? null : me.lane();
    return lane != null && lane.of(this) && lane.isCurrent() ? lane : null;
  }

  /** A lane outside of the mask {@code except} with nothing to do; {@code null} when none is. */
  public @Nullable Lane idle(long except) {
    for (int i = 0; i < all.size(); i++) {
      Lane lane = all.get(i);
      if ((except >>> i & 1) == 0 && lane.backlog() == 0 && lane.watch().overtime() == 0) {
        return lane;
      }
    }
    return null;
  }

  public int busy() {
    int busy = 0;
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).busy()) {
        busy++;
      }
    }
    return busy;
  }

  /**
   * What grows by one with each turn that begins, but for the few in which a lane gets a thread.
   */
  public long turns() {
    long turns = 0;
    for (int i = 0; i < all.size(); i++) {
      turns += all.get(i).turns();
    }
    return turns;
  }

  /**
   * How often companions were run: about as often as sockets had something, less where they had
   * much.
   */
  public long companionRounds() {
    long rounds = 0;
    for (int i = 0; i < all.size(); i++) {
      rounds += all.get(i).companionRounds();
    }
    return rounds;
  }

  public int queued() {
    int queued = 0;
    for (int i = 0; i < all.size(); i++) {
      queued += all.get(i).jobs().count();
    }
    return queued;
  }

  /** Estimated time until a new job would start. */
  public long waitNanos() {
    long wait = Long.MAX_VALUE;
    for (int i = 0; i < all.size(); i++) {
      wait = Math.min(wait, all.get(i).waitNanos());
    }
    return wait;
  }

  /** Turns in overtime. */
  public int overtime() {
    return overtime.get();
  }

  /**
   * Counts one more turn into overtime, if there may be one. On the watchdog's thread.
   *
   * @param others whether the thread of a finished turn waits for the lane: then there may be one
   *     more for each lane
   */
  boolean beginOvertime(boolean others) {
    int perLane = OVERTIME_PER_LANE + (others ? 1 : 0);
    if (overtime.get() >= perLane * all.size()) {
      return false;
    }
    overtime.incrementAndGet();
    return true;
  }

  void endOvertime() {
    overtime.decrementAndGet();
  }

  void countAbandoned() {
    abandoned.incrementAndGet();
  }

  /** May come before it is counted. */
  void abandonedEnds() {
    abandonedEnded.incrementAndGet();
  }

  /** Threads given up so far. */
  public int abandoned() {
    return abandoned.get();
  }

  /** Of these, the ones that are in their guests still. */
  public int stuck() {
    return Math.max(0, abandoned.get() - abandonedEnded.get());
  }

  boolean ended() {
    return ended;
  }

  Watchdog watchdog() {
    return watchdog;
  }

  boolean anyBusy() {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).watch().active()) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether anything runs. On the watchdog's thread. */
  boolean inspect(long nowNanos) {
    boolean busy = false;
    boolean stuck = false;
    for (int i = 0; i < all.size(); i++) {
      Lane lane = all.get(i);
      lane.watch().inspect(nowNanos, graceNanos);
      busy |= lane.watch().active();
      stuck |= lane.stuckBehind();
    }
    if (stuck) {
      wakeOneToSteal();
    }
    return busy;
  }

  @Nullable LaneJob steal(Lane thief) {
    for (int i = 1; i < all.size(); i++) {
      Lane victim = all.get((thief.index() + i) % all.size());
      LaneJob job = victim.jobs().count() > 0 ? victim.jobs().peek() : null;
      if (job != null && job.suits(thief, victim.waitNanos()) && victim.jobs().take(job)) {
        return job;
      }
    }
    return null;
  }

  /** Another one each time: the one before may have nothing to run such a job with. */
  private void wakeOneToSteal() {
    for (int i = 0; i < all.size(); i++) {
      Lane lane = all.get(nextThief);
      nextThief = (nextThief + 1) % all.size();
      if (lane.parked()) {
        lane.wake();
        return;
      }
    }
  }
}
