package dev.brink.cache.policy;

/**
 * How often keys were used lately, roughly: a count-min sketch (Cormode, Muthukrishnan, 2005) of
 * counters to 15 that are halved from time to time.
 */
final class FrequencySketch {
  private static final int ROWS = 4;
  private static final int MOST = 15;
  private static final int PERIOD = 10;

  private final byte[] counters;
  private final int mask;
  private final int period;
  private int added;

  FrequencySketch(int keys) {
    int width = Integer.highestOneBit(Math.max(64, keys) * 2 - 1);
    counters = new byte[width * ROWS];
    mask = width - 1;
    period = PERIOD * width;
  }

  private int at(long hash, int row) {
    long h = hash * (2L * row + 1);
    return row * (mask + 1) + ((int) ((h >>> 32) ^ (h >>> 17)) & mask);
  }

  int frequency(long key) {
    long hash = Index.mix(key);
    int least = MOST;
    for (int row = 0; row < ROWS; row++) {
      least = Math.min(least, counters[at(hash, row)]);
    }
    return least;
  }

  void increment(long key) {
    long hash = Index.mix(key);
    for (int row = 0; row < ROWS; row++) {
      int at = at(hash, row);
      if (counters[at] < MOST) {
        counters[at]++;
      }
    }
    if (++added >= period) {
      added /= 2;
      for (int i = 0; i < counters.length; i++) {
        counters[i] = (byte) (counters[i] >> 1);
      }
    }
  }
}
