package dev.brink.exec;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Whose turn is to end when the heap grows too much. The JVM does not say who holds what, so each
 * turn that allocated much answers for a part of the growth, as large as its part in what all of
 * them allocated; the one that allocated most goes first. What goes is gone from the heap only
 * after a collection: until then its part counts as given back, so that several that fill the heap
 * together are ended together, and who merely ran beside them is not. All runtimes of a JVM share
 * one. Thread-safe.
 */
final class HeapBlame {
  /** For how long an ended turn's part counts as given back. */
  private static final long PROMISE_NANOS = Duration.ofSeconds(3).toNanos();

  /** What an ended turn needs to be gone; a heap that is all but full ends the next one then. */
  private static final long TAKES_EFFECT_NANOS = Duration.ofMillis(20).toNanos();

  /** A turn that was not looked at for this long has ended. */
  private static final long STALE_NANOS = Duration.ofSeconds(2).toNanos();

  static final HeapBlame OF_JVM = new HeapBlame(Runtime.getRuntime().maxMemory());

  private record Suspect(long allocatedBytes, long seenNanos) {}

  private final long dangerousGrowthBytes;
  private final long fullBytes;
  private final long allButFullBytes;
  private final Map<Object, Suspect> suspects = new HashMap<>();

  private long promisedBytes;

  /** What is held once all that is promised is given back, if nothing comes on top. */
  private long floorBytes;

  private long promisedNanos;
  private boolean promised;

  HeapBlame(long maxBytes) {
    this.dangerousGrowthBytes = HeapMark.RISKY_GROWTH.of(maxBytes);
    this.fullBytes = HeapMark.FULL.of(maxBytes);
    this.allButFullBytes = HeapMark.ALL_BUT_FULL.of(maxBytes);
  }

  /**
   * Whether an ended turn's part stopped to count as given back later than {@code sinceNanos}: what
   * is there of it is dead, or another's fault, and held against nobody any more.
   */
  synchronized boolean settledAfter(long sinceNanos, long nowNanos) {
    long settled = promisedNanos + PROMISE_NANOS;
    return promised && nowNanos - settled >= 0 && settled - sinceNanos > 0;
  }

  /** How much of what is held remains once those that are ended have given back theirs. */
  synchronized long remainingBytes(long heldBytes, long nowNanos) {
    return heldBytes - outstanding(heldBytes, nowNanos);
  }

  private long outstanding(long heldBytes, long nowNanos) {
    if (!promised || nowNanos - promisedNanos >= PROMISE_NANOS) {
      return 0;
    }
    return Math.clamp(heldBytes - floorBytes, 0, promisedBytes);
  }

  /** A turn does not hold too much after all. */
  synchronized void clear(Object turn) {
    suspects.remove(turn);
  }

  /**
   * A turn allocated more than it may hold, and the heap has grown by more than that meanwhile.
   *
   * @return whether none of those of which this is so allocated more
   */
  synchronized boolean isFirst(Object turn, long allocatedBytes, long nowNanos) {
    suspects.put(turn, new Suspect(allocatedBytes, nowNanos));
    suspects.values().removeIf(other -> nowNanos - other.seenNanos() > STALE_NANOS);
    return suspects.values().stream().noneMatch(o -> o.allocatedBytes() > allocatedBytes);
  }

  /**
   * Whether so much puts the JVM at risk.
   *
   * @param growthBytes by how much the heap has grown
   * @param remainingBytes how much of it will {@linkplain #remainingBytes remain}
   */
  boolean isDanger(long growthBytes, long remainingBytes) {
    return growthBytes > dangerousGrowthBytes || remainingBytes > fullBytes;
  }

  /** Whether there is no time to wait for what is to be given back, if it comes at all. */
  synchronized boolean isAllButFull(long heldBytes, long nowNanos) {
    boolean waits = promised && nowNanos - promisedNanos < TAKES_EFFECT_NANOS;
    return !waits && heldBytes > allButFullBytes;
  }

  /**
   * A turn is ended.
   *
   * @param growthBytes by how much the heap has grown, without what is to be given back
   */
  synchronized void ends(
      Object turn, long allocatedBytes, long growthBytes, long heldBytes, long nowNanos) {
    suspects.put(turn, new Suspect(allocatedBytes, nowNanos));
    double all = suspects.values().stream().mapToLong(Suspect::allocatedBytes).sum();
    suspects.remove(turn);
    long part = (long) (Math.max(0, growthBytes) * (allocatedBytes / all));
    promisedBytes = outstanding(heldBytes, nowNanos) + Math.min(allocatedBytes, part);
    floorBytes = heldBytes - promisedBytes;
    promisedNanos = nowNanos;
    promised = true;
  }
}
