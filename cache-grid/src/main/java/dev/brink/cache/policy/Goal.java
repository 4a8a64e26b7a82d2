package dev.brink.cache.policy;

/** What a cache shall have most of. */
public enum Goal {
  /** Requests answered: small objects are worth more of the space than large ones. */
  OBJECT_HITS {
    @Override
    double value(long bytes, double costNanos) {
      return 1;
    }
  },
  /** Bytes answered: what spares the most traffic to the origin. */
  BYTE_HITS {
    @Override
    double value(long bytes, double costNanos) {
      return bytes;
    }
  },
  /** Waiting spared: what took the origin long to answer is kept longer. */
  LATENCY {
    @Override
    double value(long bytes, double costNanos) {
      return costNanos;
    }
  };

  /** What one hit is worth: in requests, bytes or nanoseconds. */
  abstract double value(long bytes, double costNanos);
}
