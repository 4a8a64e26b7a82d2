package dev.brink.exec;

/**
 * Judges whether a turn holds more memory than allowed. The JVM does not say who holds what, so the
 * turn is blamed when it has itself allocated more than that, and the heap has grown by more than
 * that since the turn began, over collections that would have removed garbage, and a full
 * collection confirms it; or the heap as a whole is at risk ({@link HeapBlame}).
 */
final class TurnMemory {
  /** Less than this cannot be told from the heap's own noise. */
  private static final long LEAST_BYTES = 16L << 20;

  private static final int COLLECTIONS = 2;

  private final HeapBlame blame = HeapBlame.OF_JVM;
  private final long allowedBytes;
  private volatile boolean begun = true;
  private long sinceNanos;
  private long heldAtStartBytes;
  private boolean suspect;
  private long suspectSince = -1;
  private long suspectSinceNanos;

  TurnMemory(FunctionLimits limits) {
    this.allowedBytes = Math.max(LEAST_BYTES, limits.memoryBytes());
  }

  /** A turn begins. */
  void start() {
    begun = true;
  }

  /** On the watchdog's thread. */
  boolean over(long turnAllocatedBytes) {
    long now = System.nanoTime();
    if (begun || blame.settledAfter(sinceNanos, now)) {
      begun = false;
      sinceNanos = now;
      heldAtStartBytes = blame.remainingBytes(HeapGauge.heldBytes(), now);
    }
    if (turnAllocatedBytes <= allowedBytes) {
      notSuspect();
      return false;
    }
    long held = HeapGauge.heldBytes();
    if (held - heldAtStartBytes <= allowedBytes) {
      notSuspect();
      return false;
    }
    long remaining = blame.remainingBytes(held, now);
    long growth = remaining - heldAtStartBytes;
    boolean grows = growth > allowedBytes;
    suspect = true;
    boolean first = blame.isFirst(this, turnAllocatedBytes, now);
    boolean danger = (grows && blame.isDanger(growth, remaining)) || blame.isAllButFull(held, now);
    boolean over = (first && danger) || (grows && confirmed(now));
    if (over) {
      blame.ends(this, turnAllocatedBytes, growth, held, now);
    }
    return over;
  }

  private void notSuspect() {
    suspectSince = -1;
    if (suspect) {
      suspect = false;
      blame.clear(this);
    }
  }

  /** A full collection tells what is held from what is dead or was the compiler's. */
  private boolean confirmed(long nowNanos) {
    long collections = HeapGauge.collections();
    if (suspectSince < 0) {
      suspectSince = collections;
      suspectSinceNanos = nowNanos;
    }
    if (collections - suspectSince < COLLECTIONS) {
      return false;
    }
    long held = HeapGauge.heldAfterCollection(suspectSinceNanos);
    if (held < 0) {
      return false;
    }
    if (blame.remainingBytes(held, nowNanos) - heldAtStartBytes > allowedBytes) {
      return true;
    }
    heldAtStartBytes = Math.min(heldAtStartBytes, held);
    notSuspect();
    return false;
  }
}
