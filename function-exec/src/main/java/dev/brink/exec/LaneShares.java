package dev.brink.exec;

import dev.brink.exec.lane.Lanes;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * On which lanes instances of one function pay for themselves. A call that begins on a lane's
 * thread and runs elsewhere costs two changes of thread, and so many of them cost as much as making
 * an instance there. An instance that so many calls use is kept for a minute after the last of
 * them, since otherwise the next ones would make it anew.
 */
final class LaneShares {
  private static final long KEEP_NANOS = Duration.ofMinutes(1).toNanos();

  /** By lane, for its thread only: calls that found no instance, since one was made. */
  private final int[] missed;

  /** By lane, for its thread only: calls that used one, since {@link #keptUntil} was set. */
  private final int[] used;

  private final AtomicLongArray keptUntil;

  LaneShares(int lanes) {
    missed = new int[lanes];
    used = new int[lanes];
    keptUntil = new AtomicLongArray(lanes);
    for (int i = 0; i < lanes; i++) {
      keptUntil.setPlain(i, System.nanoTime());
    }
  }

  /** A call has begun on the lane's thread, and no instance is there: whether one would pay. */
  boolean missed(int lane) {
    return ++missed[lane] > Lanes.HOPS_PER_COLD_START;
  }

  /** An instance was made. On the lane. */
  void made(int lane) {
    missed[lane] = 0;
  }

  /** A call uses an instance. On the lane. */
  void used(int lane) {
    if (++used[lane] >= Lanes.HOPS_PER_COLD_START) {
      used[lane] = 0;
      keptUntil.setOpaque(lane, System.nanoTime() + KEEP_NANOS);
    }
  }

  /** Whether an instance there has been worth its making lately. Any thread. */
  boolean pays(int lane) {
    return keptUntil.getOpaque(lane) - System.nanoTime() > 0;
  }
}
