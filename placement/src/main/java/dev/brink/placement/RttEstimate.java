package dev.brink.placement;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A round-trip time: exponentially weighted (0.3), but a sample over twice the estimate is held
 * back until a second one in a row confirms it; then the estimate jumps. So it does to the larger
 * of two in a row that are under half of it. Lock free: the estimate and the sample held back are
 * two floats in one word.
 */
final class RttEstimate {
  private static final float WEIGHT = 0.3f;
  private static final float JUMP = 2f;
  private static final int CONFIRMED = 3;

  private final AtomicLong word = new AtomicLong();
  private final AtomicLong lastNanos = new AtomicLong();
  private final AtomicInteger samples = new AtomicInteger();

  void add(long rttNanos, long nowNanos) {
    lastNanos.setOpaque(nowNanos);
    float sample = Math.max(1, rttNanos);
    long before;
    long after;
    do {
      before = word.get();
      after = next(before, sample);
    } while (!word.compareAndSet(before, after));
    if (!confirmed()) {
      samples.getAndIncrement();
    }
  }

  /** The estimate, or the prior as long as there is no sample. */
  long nanosOr(long prior) {
    long seen = word.get();
    return seen == 0 ? prior : (long) estimate(seen);
  }

  /** Whether there were three samples: one alone may be far off. */
  boolean confirmed() {
    return samples.getOpaque() >= CONFIRMED;
  }

  /** Since the last sample; -1 when there was none. */
  long ageNanos(long nowNanos) {
    return word.get() == 0 ? -1 : Math.max(0, nowNanos - lastNanos.getOpaque());
  }

  private static long next(long before, float sample) {
    float estimate = estimate(before);
    if (before == 0) {
      return word(sample, 0);
    }
    float held = held(before);
    if (sample > JUMP * estimate) {
      return held > estimate ? word(Math.min(held, sample), 0) : word(estimate, sample);
    }
    float moved = estimate + WEIGHT * (sample - estimate);
    if (JUMP * sample >= estimate) {
      return word(moved, 0);
    }
    boolean again = held > 0 && held < estimate;
    return again ? word(Math.max(held, sample), 0) : word(moved, sample);
  }

  private static long word(float estimate, float held) {
    return ((long) Float.floatToRawIntBits(estimate) << 32)
        | Integer.toUnsignedLong(Float.floatToRawIntBits(held));
  }

  private static float estimate(long word) {
    return Float.intBitsToFloat((int) (word >>> 32));
  }

  private static float held(long word) {
    return Float.intBitsToFloat((int) word);
  }
}
