package dev.brink.placement.origin;

/**
 * How fast an origin is. Thread-safe: updates that meet may lose one of them, which an average does
 * not notice.
 */
final class Latency {
  private static final double FALL_NANOS = 10e9;
  private static final double RTT_WEIGHT = 0.3;
  private static final double SERVICE_WEIGHT = 0.1;

  private volatile double peak;
  private volatile long peakAtNanos;
  private volatile double rtt;
  private volatile double service;

  /** An answer took so long from the request's last byte to its first. */
  void answered(long nanos, long nowNanos) {
    double before = peakNanos(nowNanos);
    double weight = Math.exp(-Math.max(0, nowNanos - peakAtNanos) / FALL_NANOS);
    peak = nanos > before ? nanos : before + (1 - weight) * nanos;
    peakAtNanos = nowNanos;
    double own = Math.max(0, nanos - rtt);
    service = service == 0 ? own : service + SERVICE_WEIGHT * (own - service);
  }

  /** A connection was made, or a probe answered, in so long. */
  void roundTrip(long nanos) {
    rtt = rtt == 0 ? nanos : rtt + RTT_WEIGHT * (nanos - rtt);
  }

  /** Rises at once, falls by half in seven seconds without answers; 0 for not known. */
  double peakNanos(long nowNanos) {
    return peak * Math.exp(-Math.max(0, nowNanos - peakAtNanos) / FALL_NANOS);
  }

  /** 0 for not known. */
  double rttNanos() {
    return rtt;
  }

  /** Without the network; 0 for not known. */
  double serviceNanos() {
    return service;
  }
}
