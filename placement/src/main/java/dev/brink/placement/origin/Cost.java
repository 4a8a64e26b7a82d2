package dev.brink.placement.origin;

/** What one more request at an origin would cost, compared with others. */
enum Cost {
  /** Requests in flight. */
  REQUESTS {
    @Override
    double of(OriginSlot slot, long nowNanos) {
      return slot.active() + 1.0;
    }
  },
  /** Requests in flight times latency. One that has not answered yet is tried once. */
  LATENCY {
    @Override
    double of(OriginSlot slot, long nowNanos) {
      double latency = slot.latency().peakNanos(nowNanos);
      boolean known = latency > 0;
      return (slot.active() + (known ? 1 : 0)) * (known ? latency : UNKNOWN_NANOS);
    }
  },
  /** Network, and the time of those before. */
  RTT {
    @Override
    double of(OriginSlot slot, long nowNanos) {
      return slot.latency().rttNanos() + slot.active() * slot.latency().serviceNanos();
    }
  };

  private static final double UNKNOWN_NANOS = 1e9;

  abstract double of(OriginSlot slot, long nowNanos);
}
