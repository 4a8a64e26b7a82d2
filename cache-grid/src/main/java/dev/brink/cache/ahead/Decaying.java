package dev.brink.cache.ahead;

/** How often something happened lately: each time counts less the longer ago it was. */
final class Decaying {
  private final double windowNanos;
  private double count;
  private long sinceNanos;

  /**
   * @param windowNanos after which a time counts 1/e
   */
  Decaying(double windowNanos, long nowNanos) {
    this.windowNanos = windowNanos;
    sinceNanos = nowNanos;
  }

  void add(double times, long nowNanos) {
    count = at(nowNanos) + times;
    sinceNanos = nowNanos;
  }

  /** Times that count now. */
  double at(long nowNanos) {
    return count * Math.exp(-Math.max(0, nowNanos - sinceNanos) / windowNanos);
  }

  /** Times a nanosecond. */
  double rate(long nowNanos) {
    return at(nowNanos) / windowNanos;
  }
}
