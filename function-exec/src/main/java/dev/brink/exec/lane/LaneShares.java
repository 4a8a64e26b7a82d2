package dev.brink.exec.lane;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * On which lanes instances of one function pay for themselves. What calls would have saved had
 * there been an instance on another lane is added up, and once it is as much as making one takes,
 * one is made: so in all no more than twice the least possible is spent (ski rental). An instance
 * that some calls have used is kept for a minute after the last of them, since otherwise the next
 * ones would make it anew. Thread-safe where it does not say otherwise.
 */
public final class LaneShares {
  /** Until one was made. */
  static final long USUAL_NANOS = 500_000;

  private static final long LEAST_NANOS = 100_000;
  private static final int USES_TO_KEEP = 10;
  private static final long KEEP_NANOS = Duration.ofMinutes(1).toNanos();

  /** By lane: what calls would have saved since an instance was made there. */
  private final AtomicLongArray missedNanos;

  /** By lane, for its thread only: calls that used one, since {@link #keptUntil} was set. */
  private final int[] used;

  private final AtomicLongArray keptUntil;

  private final boolean kept;
  private volatile long makingNanos;

  /**
   * @param kept whether an instance serves one call after the other
   */
  public LaneShares(int lanes, boolean kept) {
    this.kept = kept;
    missedNanos = new AtomicLongArray(lanes);
    used = new int[lanes];
    keptUntil = new AtomicLongArray(lanes);
    for (int i = 0; i < lanes; i++) {
      keptUntil.setPlain(i, System.nanoTime());
    }
  }

  /**
   * How long making an instance takes: half of it the last one's, since the first one is much
   * longer in the making, by code that is parsed then.
   */
  public long makingNanos() {
    long known = makingNanos;
    return known == 0 ? USUAL_NANOS : Math.max(LEAST_NANOS, known);
  }

  /** A call would start that much sooner if the lane had one: whether it pays by now. */
  boolean missed(int lane, long nanos) {
    return kept && missedNanos.addAndGet(lane, nanos) >= makingNanos();
  }

  /** An instance was made. On the lane. */
  public void made(int lane, long nanos) {
    long known = makingNanos;
    makingNanos = known == 0 ? nanos : (known + nanos) / 2;
    missedNanos.set(lane, 0);
  }

  /** A call uses an instance. On the lane. */
  public void used(int lane) {
    if (++used[lane] >= USES_TO_KEEP) {
      used[lane] = 0;
      keptUntil.setOpaque(lane, System.nanoTime() + KEEP_NANOS);
    }
  }

  /** Whether an instance there has been worth its making lately. */
  public boolean pays(int lane) {
    return keptUntil.getOpaque(lane) - System.nanoTime() > 0;
  }
}
