package dev.brink.placement;

/**
 * Exponential decay without the exponential function: exact at each half-life, straight between.
 */
final class Decay {
  private Decay() {}

  /** What is left of a value after a time; all of it where the time is negative. */
  static double left(double value, long elapsedNanos, long halfLifeNanos) {
    if (elapsedNanos <= 0) {
      return value;
    }
    long halvings = elapsedNanos / halfLifeNanos;
    if (halvings >= 62) {
      return 0;
    }
    double part = (double) (elapsedNanos - halvings * halfLifeNanos) / halfLifeNanos;
    return value / (1L << halvings) * (1 - part / 2);
  }
}
