package dev.brink.placement.origin;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Finds origins that fail much more often than the others, though perhaps never often in a row:
 * every ten seconds, those of which a fifth or more of at least 20 requests failed, and five times
 * the share of all others together. Thread-safe.
 */
final class Outliers {
  private static final long INTERVAL_NANOS = 10_000_000_000L;
  private static final int LEAST_REQUESTS = 20;
  private static final double LEAST_SHARE = 0.2;
  private static final double TIMES_THE_OTHERS = 5;

  private final AtomicLong lookedAtNanos = new AtomicLong(Long.MIN_VALUE);

  /** Whether to look now; says so to one caller only. */
  boolean due(long nowNanos) {
    long last = lookedAtNanos.get();
    if (last == Long.MIN_VALUE) {
      lookedAtNanos.compareAndSet(last, nowNanos);
      return false;
    }
    return nowNanos - last >= INTERVAL_NANOS && lookedAtNanos.compareAndSet(last, nowNanos);
  }

  /** Starts to count anew. */
  List<OriginSlot> among(List<OriginSlot> slots) {
    int[] good = slots.stream().mapToInt(OriginSlot::takeSuccesses).toArray();
    int[] bad = slots.stream().mapToInt(OriginSlot::takeFailures).toArray();
    long allGood = IntStream.of(good).asLongStream().sum();
    long allBad = IntStream.of(bad).asLongStream().sum();
    return IntStream.range(0, slots.size())
        .filter(
            i -> {
              double share = share(good[i], bad[i]);
              double others = share(allGood - good[i], allBad - bad[i]);
              return good[i] + bad[i] >= LEAST_REQUESTS
                  && allGood - good[i] >= LEAST_REQUESTS
                  && share >= LEAST_SHARE
                  && share >= TIMES_THE_OTHERS * others;
            })
        .mapToObj(slots::get)
        .toList();
  }

  private static double share(long good, long bad) {
    return good + bad == 0 ? 0 : (double) bad / (good + bad);
  }
}
