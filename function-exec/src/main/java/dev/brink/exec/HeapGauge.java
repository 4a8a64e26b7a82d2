package dev.brink.exec;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;

/**
 * How much of the heap is held, as far as the JVM says: all of it but what was allocated since the
 * last collection. Dead objects in the old generation count as held.
 */
final class HeapGauge {
  private static final List<MemoryPoolMXBean> POOLS =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .filter(pool -> !pool.getName().contains("Eden"))
          .toList();

  private static final long PAUSE_NANOS = 5_000_000_000L;

  private static long collectedNanos;
  private static long collectedHeldBytes;

  private static final List<GarbageCollectorMXBean> COLLECTORS =
      ManagementFactory.getGarbageCollectorMXBeans();

  /** Measures: a few microseconds. */
  static long heldBytes() {
    long held = 0;
    for (MemoryPoolMXBean pool : POOLS) {
      held += pool.getUsage().getUsed();
    }
    return held;
  }

  /**
   * How much was held right after a full collection that was later than {@code sinceNanos}. Makes
   * one if the last is at least five seconds ago, so that guests cannot keep the JVM collecting.
   *
   * @return -1 when there was none and it is too early for another
   */
  static synchronized long heldAfterCollection(long sinceNanos) {
    if (collectedNanos == 0 || collectedNanos - sinceNanos <= 0) {
      if (collectedNanos != 0 && System.nanoTime() - collectedNanos < PAUSE_NANOS) {
        return -1;
      }
      System.gc();
      collectedHeldBytes = heldBytes();
      collectedNanos = System.nanoTime();
    }
    return collectedHeldBytes;
  }

  /** How many collections there have been. */
  static long collections() {
    long count = 0;
    for (GarbageCollectorMXBean collector : COLLECTORS) {
      count += Math.max(0, collector.getCollectionCount());
    }
    return count;
  }

  private HeapGauge() {}
}
