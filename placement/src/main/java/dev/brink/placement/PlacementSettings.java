package dev.brink.placement;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;

/** How a {@link Placement} weighs. Immutable. */
public final class PlacementSettings {
  private static final PlacementSettings DEFAULTS = builder().build();

  private final double toleranceShare;
  private final long toleranceNanos;
  private final long rttPriorNanos;
  private final long runPriorNanos;
  private final long coldPriorNanos;
  private final double controlShare;
  private final int verifyAbove;

  private PlacementSettings(Builder builder) {
    toleranceShare = builder.toleranceShare;
    toleranceNanos = builder.tolerance.toNanos();
    rttPriorNanos = builder.rttPrior.toNanos();
    runPriorNanos = builder.runPrior.toNanos();
    coldPriorNanos = builder.coldPrior.toNanos();
    controlShare = builder.controlShare;
    verifyAbove = builder.verifyAbove;
  }

  /** All defaults. */
  public static PlacementSettings defaults() {
    return DEFAULTS;
  }

  /**
   * Starts from the defaults: tolerance 5 % + 0.5 ms, priors of 50 ms for a round trip, 5 ms for a
   * run and 20 ms for a cold start, 1 % of the requests as the control group, and nodes used before
   * their round trip was measured, however many there are.
   */
  public static Builder builder() {
    return new Builder();
  }

  double toleranceShare() {
    return toleranceShare;
  }

  long toleranceNanos() {
    return toleranceNanos;
  }

  long rttPriorNanos() {
    return rttPriorNanos;
  }

  long runPriorNanos() {
    return runPriorNanos;
  }

  long coldPriorNanos() {
    return coldPriorNanos;
  }

  double controlShare() {
    return controlShare;
  }

  int verifyAbove() {
    return verifyAbove;
  }

  /** Not thread-safe. */
  public static final class Builder {
    private double toleranceShare = 0.05;
    private Duration tolerance = Duration.ofNanos(500_000);
    private Duration rttPrior = Duration.ofMillis(50);
    private Duration runPrior = Duration.ofMillis(5);
    private Duration coldPrior = Duration.ofMillis(20);
    private double controlShare = 0.01;
    private int verifyAbove = Integer.MAX_VALUE;

    private Builder() {}

    /**
     * How near to the best score is as good as the best.
     *
     * @param share of the best score, 0 to 1
     * @param more added to it, not negative
     */
    @CanIgnoreReturnValue
    public Builder tolerance(double share, Duration more) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("share: " + share + " (expected: 0 to 1)");
      }
      this.toleranceShare = share;
      this.tolerance = notNegative(more, "more");
      return this;
    }

    /** A round trip to a node as long as none was measured. */
    @CanIgnoreReturnValue
    public Builder rttPrior(Duration rttPrior) {
      this.rttPrior = notNegative(rttPrior, "rttPrior");
      return this;
    }

    /** A run of a function as long as none was seen. */
    @CanIgnoreReturnValue
    public Builder runPrior(Duration runPrior) {
      this.runPrior = notNegative(runPrior, "runPrior");
      return this;
    }

    /** A cold start of a function as long as none was seen. */
    @CanIgnoreReturnValue
    public Builder coldPrior(Duration coldPrior) {
      this.coldPrior = notNegative(coldPrior, "coldPrior");
      return this;
    }

    /**
     * Of the requests that local could run warm, how many run there whatever the rule says, to be
     * compared with the others.
     *
     * @param share 0 to 1
     */
    @CanIgnoreReturnValue
    public Builder controlShare(double share) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("share: " + share + " (expected: 0 to 1)");
      }
      this.controlShare = share;
      return this;
    }

    /**
     * In a mesh of more nodes than this not every pair is measured: a node is used only once its
     * round trip was measured three times, unless no other can take the request. {@link
     * NodeStatus#wanted} says which ones to measure for that.
     *
     * @param nodes the local one included, not negative
     */
    @CanIgnoreReturnValue
    public Builder verifyAbove(int nodes) {
      if (nodes < 0) {
        throw new IllegalArgumentException("nodes: " + nodes + " (expected: 0 or more)");
      }
      this.verifyAbove = nodes;
      return this;
    }

    public PlacementSettings build() {
      return new PlacementSettings(this);
    }

    private static Duration notNegative(Duration value, String name) {
      if (value.isNegative() || value.compareTo(Duration.ofHours(1)) > 0) {
        throw new IllegalArgumentException(name + ": " + value + " (expected: 0 to 1 h)");
      }
      return value;
    }
  }
}
