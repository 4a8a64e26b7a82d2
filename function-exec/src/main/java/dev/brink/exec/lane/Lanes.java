package dev.brink.exec.lane;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** All lanes of a runtime and their watchdog. Thread-safe. */
public final class Lanes {
  /** A mask of lanes has this many bits. */
  public static final int MAX = 64;

  private final List<Lane> all;
  private final Watchdog watchdog = new Watchdog(this);
  private final AtomicInteger abandoned = new AtomicInteger();
  private final long graceNanos;
  private volatile boolean ended;

  /**
   * @param count 1 to {@value #MAX}
   * @param queueBound jobs that may wait, over all lanes
   * @param grace how long a guest may take to end before its lane gets a new thread
   */
  public Lanes(int count, int queueBound, Duration grace) {
    graceNanos = grace.toNanos();
    int bound = Math.max(1, (queueBound + count - 1) / count);
    var made = new ArrayList<Lane>(count);
    for (int i = 0; i < count; i++) {
      made.add(new Lane(this, i, bound));
    }
    all = List.copyOf(made);
  }

  public void start() {
    for (int i = 0; i < all.size(); i++) {
      all.get(i).start();
    }
    watchdog.start();
  }

  /** Ends the threads once they leave their guests. */
  public void end() {
    ended = true;
    for (Lane lane : all) {
      lane.wake();
    }
    watchdog.wake();
  }

  public List<Lane> all() {
    return all;
  }

  /**
   * The lane with the least before it; among equals, and while it would be free at once, one of
   * those in the mask {@code warm}.
   */
  public Lane choose(long warm) {
    Lane best = null;
    int bestCost = Integer.MAX_VALUE;
    for (int i = 0; i < all.size(); i++) {
      Lane lane = all.get(i);
      int cost = 2 * lane.backlog() + ((warm >>> i & 1) == 1 ? 0 : 1);
      if (best == null || cost < bestCost) {
        best = lane;
        bestCost = cost;
      }
    }
    if (best == null) {
      throw new IllegalStateException("no lanes");
    }
    return best;
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

  public int queued() {
    int queued = 0;
    for (int i = 0; i < all.size(); i++) {
      queued += all.get(i).queued();
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

  /** Threads given up so far. */
  public int abandoned() {
    return abandoned.get();
  }

  boolean ended() {
    return ended;
  }

  Watchdog watchdog() {
    return watchdog;
  }

  boolean anyBusy() {
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).busy()) {
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
      if (lane.inspect(nowNanos, graceNanos)) {
        abandoned.incrementAndGet();
      }
      busy |= lane.busy();
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
      LaneJob job = victim.queued() > 0 ? victim.pollJob() : null;
      if (job != null) {
        return job;
      }
    }
    return null;
  }

  private void wakeOneToSteal() {
    for (int i = 0; i < all.size(); i++) {
      Lane lane = all.get(i);
      if (lane.parked()) {
        lane.wake();
        return;
      }
    }
  }
}
