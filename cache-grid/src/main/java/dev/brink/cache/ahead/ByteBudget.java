package dev.brink.cache.ahead;

/** So many bytes a second, and a burst after a pause. Thread-safe. */
public final class ByteBudget {
  private static final double NANOS = 1e9;

  private final double bytesPerNano;
  private final double burst;

  // Guarded by this.
  private double left;
  private long sinceNanos;

  /**
   * Starts with the whole burst.
   *
   * @param bytesPerSecond positive
   * @param burstBytes the most that is taken at once
   */
  public ByteBudget(long bytesPerSecond, long burstBytes, long nowNanos) {
    bytesPerNano = bytesPerSecond / NANOS;
    burst = burstBytes;
    left = burst;
    sinceNanos = nowNanos;
  }

  /** Takes so many bytes; false, with nothing taken, when there are not enough. */
  public synchronized boolean take(long bytes, long nowNanos) {
    left = Math.min(burst, left + bytesPerNano * Math.max(0, nowNanos - sinceNanos));
    sinceNanos = nowNanos;
    if (bytes > left) {
      return false;
    }
    left -= bytes;
    return true;
  }

  /** Puts back what was taken and not needed. */
  public synchronized void giveBack(long bytes) {
    left = Math.min(burst, left + bytes);
  }
}
