package dev.brink.exec.lane;

/**
 * The geometric mean of durations, the recent ones counting more. One thread writes at a time, any
 * reads.
 *
 * <p>The bits of a floating-point number are, but for a scale, its logarithm with the mantissa
 * taken as linear, which is never off by more than 0.09 of an octave; so the mean is kept of those.
 */
final class TypicalTime {
  /** A sample counts for a sixteenth. */
  private static final int SHIFT = 4;

  private volatile long bits;

  void add(long nanos) {
    long sample = Double.doubleToRawLongBits((double) Math.max(1, nanos));
    long before = bits;
    bits = before == 0 ? sample : before + ((sample - before) >> SHIFT);
  }

  /** 0 before the first. */
  long nanos() {
    return (long) Double.longBitsToDouble(bits);
  }
}
