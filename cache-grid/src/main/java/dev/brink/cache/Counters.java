package dev.brink.cache;

import java.util.concurrent.atomic.LongAdder;

/** Counts what a cache does. Thread-safe. */
final class Counters {
  final LongAdder hits = new LongAdder();
  final LongAdder stale = new LongAdder();
  final LongAdder revalidated = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder bypasses = new LongAdder();
  final LongAdder collapsed = new LongAdder();
  final LongAdder fetches = new LongAdder();
  final LongAdder failures = new LongAdder();
  final LongAdder recodings = new LongAdder();

  void answered(CacheResult result) {
    switch (result.outcome()) {
      case HIT -> hits.increment();
      case STALE -> stale.increment();
      case REVALIDATED -> revalidated.increment();
      case MISS -> misses.increment();
      case BYPASS -> bypasses.increment();
    }
    if (result.collapsed()) {
      collapsed.increment();
    }
  }

  CacheStats stats(long purges, Copies copies) {
    return new CacheStats(
        hits.sum(),
        stale.sum(),
        revalidated.sum(),
        misses.sum(),
        bypasses.sum(),
        collapsed.sum(),
        fetches.sum(),
        failures.sum(),
        purges,
        copies.takenTotal(),
        copies.usedTotal(),
        recodings.sum());
  }
}
