package dev.brink.placement;

/** Chance without a generator: numbers mixed so well that each bit is as good as drawn by lot. */
final class Lot {
  private Lot() {}

  /** The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
  static long mix(long number) {
    long z = number + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A number from 0 to 1, the same for the same numbers. */
  static double share(long number, long salt) {
    return (mix(number ^ mix(salt)) >>> 11) * 0x1p-53;
  }

  /** A number that the same text always gives, on every machine. */
  static long hash(String text) {
    long hash = 0;
    for (int i = 0; i < text.length(); i++) {
      hash = 31 * hash + text.charAt(i);
    }
    return mix(hash);
  }
}
