package dev.brink.mesh.function;

/**
 * The share of the lanes' time that is taken: an exponential mean over 2 seconds of what is busy
 * when it is looked at. Thread-safe.
 */
final class Utilisation {
  private static final double MEAN_NANOS = 2e9;

  private double mean;
  private long atNanos = System.nanoTime();

  /** Takes what is busy now into account; the mean with it, 0 to 1. */
  synchronized double sample(int busy, int lanes) {
    long now = System.nanoTime();
    double weight = 1 - Math.exp(-(now - atNanos) / MEAN_NANOS);
    mean += weight * (Math.min(1.0, (double) busy / Math.max(1, lanes)) - mean);
    atNanos = now;
    return mean;
  }
}
