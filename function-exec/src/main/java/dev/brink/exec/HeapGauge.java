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
