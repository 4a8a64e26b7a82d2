package dev.brink.exec;

/**
 * Judges whether a turn holds more memory than allowed. The JVM does not say who holds what, so the
 * turn is blamed when it has itself allocated more than that, and the heap has grown by more than
 * that since the turn began, over collections that would have removed garbage, and a full
 * collection confirms it; or the heap as a whole is at risk.
 */
final class TurnMemory {
  /** Less than this cannot be told from the heap's own noise. */
  private static final long LEAST_BYTES = 16L << 20;

  /** So much growth puts the JVM at risk: there is no time for a second opinion. */
  private static final long DANGEROUS_BYTES = Runtime.getRuntime().maxMemory() / 4;

  private static final int COLLECTIONS = 2;

  private final long allowedBytes;

  /** When a turn was blamed last: until then all the heap's growth may have been that one's. */
  private static volatile long blamedNanos = System.nanoTime();

  private volatile boolean begun = true;
  private long sinceNanos;
  private long heldAtStartBytes;
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
    if (begun || blamedNanos - sinceNanos > 0) {
      begun = false;
      sinceNanos = System.nanoTime();
      heldAtStartBytes = HeapGauge.heldBytes();
      suspectSince = -1;
    }
    boolean over = holdsMore(turnAllocatedBytes);
    if (over) {
      blamedNanos = System.nanoTime();
    }
    return over;
  }

  private boolean holdsMore(long turnAllocatedBytes) {
    if (turnAllocatedBytes <= allowedBytes) {
      suspectSince = -1;
      return false;
    }
    long growth = HeapGauge.heldBytes() - heldAtStartBytes;
    if (growth <= allowedBytes) {
      suspectSince = -1;
      return false;
    }
    if (growth > Math.max(allowedBytes, DANGEROUS_BYTES)) {
      return true;
    }
    long collections = HeapGauge.collections();
    if (suspectSince < 0) {
      suspectSince = collections;
      suspectSinceNanos = System.nanoTime();
    }
    return collections - suspectSince >= COLLECTIONS && confirmed();
  }

  /** A full collection tells what is held from what is dead or was the compiler's. */
  private boolean confirmed() {
    long held = HeapGauge.heldAfterCollection(suspectSinceNanos);
    if (held < 0) {
      return false;
    }
    if (held - heldAtStartBytes > allowedBytes) {
      return true;
    }
    heldAtStartBytes = Math.min(heldAtStartBytes, held);
    suspectSince = -1;
    return false;
  }
}
