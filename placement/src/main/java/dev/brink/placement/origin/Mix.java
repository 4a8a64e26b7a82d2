package dev.brink.placement.origin;

/** Numbers that look random, from numbers that do not: the finisher of SplitMix64. */
final class Mix {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Mix() {}

  static long of(long value) {
    long z = value * GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  static long of(CharSequence text) {
    long hash = 0xCBF29CE484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
    }
    return of(hash);
  }

  /** From 0 to {@code bound} − 1. */
  static int below(int bound, long mixed) {
    return (int) (((mixed >>> 32) * bound) >>> 32);
  }

  /** Between 0 and 1, neither included. */
  static double share(long mixed) {
    return ((mixed >>> 11) + 0.5) * 0x1p-53;
  }
}
