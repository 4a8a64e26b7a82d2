package dev.brink.placement;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long a function's latest runs took, for the one estimate a mean is bad at: how much longer a
 * run will take that has already taken some time. A node's own estimate of the time until a lane is
 * free is made of these. Thread-safe, lock free, 32 runs.
 */
public final class RunTimes {
  private static final int RUNS = 32;
  private static final double NANOS_PER_UNIT = 1e3;

  private final AtomicIntegerArray micros = new AtomicIntegerArray(RUNS);
  private final AtomicLong count = new AtomicLong();

  /** A run ended after this time; a negative time counts as 0. */
  public void add(long runNanos) {
    int place = (int) (count.getAndIncrement() & RUNS - 1);
    micros.setOpaque(place, (int) Math.clamp(runNanos / NANOS_PER_UNIT, 0, Integer.MAX_VALUE));
  }

  /**
   * How much longer a run takes, as the median of those before it that took longer than it has;
   * half of what it has taken where none did.
   *
   * @param passedNanos since it started
   * @param unknownNanos the answer as long as no run has ended
   */
  public long leftNanos(long passedNanos, long unknownNanos) {
    int known = (int) Math.min(RUNS, count.get());
    if (known == 0) {
      return Math.max(unknownNanos - passedNanos, passedNanos / 2);
    }
    var left = new int[known];
    int longer = 0;
    int passed = (int) Math.clamp(passedNanos / NANOS_PER_UNIT, 0, Integer.MAX_VALUE);
    for (int i = 0; i < known; i++) {
      int more = micros.getOpaque(i) - passed;
      if (more > 0) {
        left[longer++] = more;
      }
    }
    if (longer == 0) {
      return passedNanos / 2;
    }
    Arrays.sort(left, 0, longer);
    return (long) (left[longer / 2] * NANOS_PER_UNIT);
  }

  /** The geometric mean of the latest runs; the given time as long as none has ended. */
  public long typicalNanos(long unknownNanos) {
    int known = (int) Math.min(RUNS, count.get());
    if (known == 0) {
      return unknownNanos;
    }
    double sum = 0;
    for (int i = 0; i < known; i++) {
      sum += Math.log(Math.max(1, micros.getOpaque(i)));
    }
    return (long) (Math.exp(sum / known) * NANOS_PER_UNIT);
  }

  /** The mean of the latest runs; the given time as long as none has ended. */
  public long meanNanos(long unknownNanos) {
    int known = (int) Math.min(RUNS, count.get());
    if (known == 0) {
      return unknownNanos;
    }
    double sum = 0;
    for (int i = 0; i < known; i++) {
      sum += micros.getOpaque(i);
    }
    return (long) (sum / known * NANOS_PER_UNIT);
  }
}
