package dev.brink.placement;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A moving mean: plain over the first samples, exponentially weighted from then on, with 0.1 where
 * nothing else is said. Lock free: the mean as a float and the number of samples share one word.
 */
final class MeanEstimate {
  private static final double WEIGHT = 0.1;
  private static final int COUNT_LIMIT = 1 << 20;

  private final double weight;
  private final AtomicLong word = new AtomicLong();

  MeanEstimate() {
    this(WEIGHT);
  }

  /** With this weight of a new sample, once there are so many that it is less than their mean's. */
  MeanEstimate(double weight) {
    this.weight = weight;
  }

  void add(long nanos) {
    long before;
    long after;
    do {
      before = word.get();
      int count = count(before);
      double mean = mean(before);
      double next = mean + Math.max(weight, 1.0 / (count + 1)) * (nanos - mean);
      after = word((float) next, Math.min(COUNT_LIMIT, count + 1));
    } while (!word.compareAndSet(before, after));
  }

  /** Several samples of the same value. */
  void add(long nanos, int samples) {
    // Weights soon stop to differ: (1 - 0.1)^50 is 0.5 %.
    for (int i = Math.min(samples, 50); i > 0; i--) {
      add(nanos);
    }
  }

  /** The mean, or the prior as long as there is no sample. */
  long nanosOr(long prior) {
    long seen = word.get();
    return seen == 0 ? prior : (long) mean(seen);
  }

  /** Samples so far; stops counting at about a million. */
  int count() {
    return count(word.get());
  }

  private static long word(float mean, int count) {
    return ((long) Float.floatToRawIntBits(mean) << 32) | count;
  }

  private static float mean(long word) {
    return Float.intBitsToFloat((int) (word >>> 32));
  }

  private static int count(long word) {
    return (int) word;
  }
}
