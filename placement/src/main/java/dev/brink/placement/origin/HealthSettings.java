package dev.brink.placement.origin;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;

/** When an origin counts as up, and how hard a pool is on one that fails. Immutable. */
public final class HealthSettings {
  private static final HealthSettings DEFAULTS = builder().build();

  private final int healthyThreshold;
  private final int unhealthyThreshold;
  private final int ejectAfterFailures;
  private final long ejectNanos;
  private final long maxEjectNanos;
  private final double maxEjectedShare;
  private final double retryShare;
  private final int minRetries;
  private final long slowStartNanos;

  private HealthSettings(Builder builder) {
    healthyThreshold = builder.healthyThreshold;
    unhealthyThreshold = builder.unhealthyThreshold;
    ejectAfterFailures = builder.ejectAfterFailures;
    ejectNanos = builder.eject.toNanos();
    maxEjectNanos = builder.maxEject.toNanos();
    maxEjectedShare = builder.maxEjectedShare;
    retryShare = builder.retryShare;
    minRetries = builder.minRetries;
    slowStartNanos = builder.slowStart.toNanos();
  }

  /** All defaults. */
  public static HealthSettings defaults() {
    return DEFAULTS;
  }

  /**
   * Starts from the defaults: up after 2 good checks, down after 3 bad ones; ejected after 5
   * failures in a row for 1 s, doubling to 30 s, at most half of the pool; retries up to 20 % of
   * the requests in flight, and 3 in any case; no slow start.
   */
  public static Builder builder() {
    return new Builder();
  }

  int healthyThreshold() {
    return healthyThreshold;
  }

  int unhealthyThreshold() {
    return unhealthyThreshold;
  }

  int ejectAfterFailures() {
    return ejectAfterFailures;
  }

  long ejectNanos() {
    return ejectNanos;
  }

  long maxEjectNanos() {
    return maxEjectNanos;
  }

  double maxEjectedShare() {
    return maxEjectedShare;
  }

  double retryShare() {
    return retryShare;
  }

  int minRetries() {
    return minRetries;
  }

  long slowStartNanos() {
    return slowStartNanos;
  }

  /** Not thread-safe. */
  public static final class Builder {
    private int healthyThreshold = 2;
    private int unhealthyThreshold = 3;
    private int ejectAfterFailures = 5;
    private Duration eject = Duration.ofSeconds(1);
    private Duration maxEject = Duration.ofSeconds(30);
    private double maxEjectedShare = 0.5;
    private double retryShare = 0.2;
    private int minRetries = 3;
    private Duration slowStart = Duration.ZERO;

    private Builder() {}

    /**
     * Active checks in a row that change an origin's standing.
     *
     * @param healthy good ones until it is up again, at least 1
     * @param unhealthy bad ones until it is down, at least 1
     */
    @CanIgnoreReturnValue
    public Builder checks(int healthy, int unhealthy) {
      this.healthyThreshold = atLeast(1, healthy, "healthy");
      this.unhealthyThreshold = atLeast(1, unhealthy, "unhealthy");
      return this;
    }

    /**
     * Failed requests in a row that eject an origin.
     *
     * @param failures how many, at least 1
     * @param first for how long; doubles each time it fails again after its return
     * @param most the longest
     */
    @CanIgnoreReturnValue
    public Builder ejection(int failures, Duration first, Duration most) {
      if (first.isNegative() || first.isZero()) {
        throw new IllegalArgumentException("first: " + first + " (expected: more than 0)");
      }
      if (most.compareTo(first) < 0 || most.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException("most: " + most + " (expected: " + first + " to 1 d)");
      }
      this.ejectAfterFailures = atLeast(1, failures, "failures");
      this.eject = first;
      this.maxEject = most;
      return this;
    }

    /** The share of a pool that may be ejected at a time, 0 to 1. A single origin never is. */
    @CanIgnoreReturnValue
    public Builder maxEjectedShare(double share) {
      this.maxEjectedShare = share(share);
      return this;
    }

    /**
     * How many requests in flight may be retries.
     *
     * @param share of all requests in flight, 0 to 1
     * @param min allowed in any case, at least 0
     */
    @CanIgnoreReturnValue
    public Builder retryBudget(double share, int min) {
      this.retryShare = share(share);
      this.minRetries = atLeast(0, min, "min");
      return this;
    }

    /**
     * How long an origin that was ejected or down takes to get its full share again, growing from a
     * tenth; up to a day, 0 for at once.
     */
    @CanIgnoreReturnValue
    public Builder slowStart(Duration ramp) {
      if (ramp.isNegative() || ramp.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException("ramp: " + ramp + " (expected: 0 to 1 d)");
      }
      this.slowStart = ramp;
      return this;
    }

    public HealthSettings build() {
      return new HealthSettings(this);
    }

    private static int atLeast(int least, int value, String name) {
      if (value < least) {
        throw new IllegalArgumentException(
            name + ": " + value + " (expected: at least " + least + ")");
      }
      return value;
    }

    private static double share(double share) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("share: " + share + " (expected: 0 to 1)");
      }
      return share;
    }
  }
}
