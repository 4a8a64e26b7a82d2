package dev.brink.exec;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Processor time that runs of one version may use beyond their limit, since others use less: a
 * bucket that starts full. A run takes from it while it is over its limit, and one that stays below
 * gives back the difference. Besides, a hundredth of a processor flows into it, so that a function
 * that is called seldom, and always cold, is not starved. All runs of a version together use no
 * more than their limits, the bucket's size, that trickle, and for each what it computes until the
 * watchdog has seen and stopped it.
 *
 * <p>Thread-safe, without locks: giving to a full bucket is one read.
 */
final class CpuCredit {
  /**
   * Runs for which it lasts that use the most, for each lane: the more lanes, the more is computed
   * until the compiler is done with what is new.
   */
  private static final int BURSTS_PER_LANE = 5;

  private static final int TRICKLE_SHARE = 100;

  private final long fullNanos;
  private final AtomicLong nanos;
  private final AtomicLong trickledAtNanos;

  CpuCredit(long fullNanos, long nowNanos) {
    this.fullNanos = fullNanos;
    this.nanos = new AtomicLong(fullNanos);
    this.trickledAtNanos = new AtomicLong(nowNanos);
  }

  /** The credit of a function with these limits; {@code null}: its processor time is exact. */
  static @Nullable CpuCredit of(FunctionLimits limits, int lanes) {
    long full = limits.cpuBurst().toNanos() * BURSTS_PER_LANE * Math.max(2, lanes);
    return limits.hasCpuCredit() ? new CpuCredit(full, System.nanoTime()) : null;
  }

  /** Takes as much of this as there is. Returns how much that was. */
  long take(long wantedNanos, long nowNanos) {
    trickle(nowNanos);
    long before = nanos.getAndUpdate(there -> Math.max(0, there - wantedNanos));
    return Math.min(before, wantedNanos);
  }

  /** Gives time back; what is too much is lost. */
  void give(long unusedNanos) {
    if (nanos.get() < fullNanos) {
      nanos.getAndUpdate(there -> Math.min(fullNanos, there + unusedNanos));
    }
  }

  /** What there is to take. */
  long nanos(long nowNanos) {
    trickle(nowNanos);
    return nanos.get();
  }

  /** What there is to take, of the bucket's size: from 0 to 1. */
  double share(long nowNanos) {
    return (double) nanos(nowNanos) / fullNanos;
  }

  private void trickle(long nowNanos) {
    long since = trickledAtNanos.get();
    long more = (nowNanos - since) / TRICKLE_SHARE;
    if (more > 0 && trickledAtNanos.compareAndSet(since, since + more * TRICKLE_SHARE)) {
      give(Math.min(more, fullNanos));
    }
  }
}
