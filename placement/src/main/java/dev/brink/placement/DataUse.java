package dev.brink.placement;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Which data a function usually reads, and how often per call: exponentially weighted (0.1), the
 * eight read most. Thread-safe; a lock of its own, held for a handful of additions.
 */
final class DataUse {
  private static final int MAX_SOURCES = 8;
  private static final double WEIGHT = 0.1;
  private static final double FORGET_BELOW = 0.01;
  private static final double MAX_READS = 1000;

  static final Reads NOTHING = new Reads(new String[0], new double[0]);

  private final Map<String, Double> reads = new HashMap<>();
  private volatile Reads usual = NOTHING;

  /** So many reads per call, by source: what is gone through often. Not to be changed. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Reads(String[] sources, double[] times) {
    boolean isEmpty() {
      return sources.length == 0;
    }
  }

  /** One call read these sources so many times each, and no others. */
  void called(Map<String, Integer> sources) {
    if (sources.isEmpty() && usual.isEmpty()) {
      return;
    }
    synchronized (reads) {
      boolean first = reads.isEmpty();
      reads.replaceAll((source, mean) -> mean * (1 - WEIGHT));
      sources.entrySet().stream()
          .limit(MAX_SOURCES)
          .forEach(
              read -> {
                double times = Math.clamp(read.getValue(), 0, MAX_READS);
                reads.merge(read.getKey(), first ? times : WEIGHT * times, Double::sum);
              });
      reads.values().removeIf(mean -> mean < FORGET_BELOW);
      while (reads.size() > MAX_SOURCES) {
        reads.entrySet().stream()
            .min(Map.Entry.comparingByValue())
            .ifPresent(least -> reads.remove(least.getKey()));
      }
      String[] names = reads.keySet().toArray(new String[0]);
      usual = new Reads(names, Arrays.stream(names).mapToDouble(reads::get).toArray());
    }
  }

  Reads usual() {
    return usual;
  }
}
