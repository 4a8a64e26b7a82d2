package dev.brink.placement.warmth;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;

/** How a {@link WarmthKeeper} works. Immutable. */
public final class KeeperSettings {
  private final WarmthPolicyKind policy;
  private final boolean switching;
  private final WarmthSettings policies;
  private final ColdPrice price;
  private final long memoryBytes;
  private final double warmingShare;
  private final Duration least;

  private KeeperSettings(Builder builder) {
    policy = builder.policy;
    switching = builder.switching;
    policies = builder.policies;
    price = builder.price;
    memoryBytes = builder.memoryBytes;
    warmingShare = builder.warmingShare;
    least = builder.least;
  }

  /**
   * Starts from {@link WarmthPolicyKind#LEARNED_COST} with switching, {@link ColdPrice#DEFAULT},
   * 256 MiB for idle instances, 5 % of the processors for warming, and instances that stay for 60
   * seconds after their last use in any case but memory pressure.
   */
  public static Builder builder() {
    return new Builder();
  }

  WarmthPolicyKind policy() {
    return policy;
  }

  boolean switching() {
    return switching;
  }

  WarmthSettings policies() {
    return policies;
  }

  ColdPrice price() {
    return price;
  }

  long memoryBytes() {
    return memoryBytes;
  }

  double warmingShare() {
    return warmingShare;
  }

  Duration least() {
    return least;
  }

  /** Not thread-safe. */
  public static final class Builder {
    private WarmthPolicyKind policy = WarmthPolicyKind.LEARNED_COST;
    private boolean switching = true;
    private WarmthSettings policies = WarmthSettings.defaults();
    private ColdPrice price = ColdPrice.DEFAULT;
    private long memoryBytes = 256L << 20;
    private double warmingShare = 0.05;
    private Duration least = Duration.ofSeconds(60);

    private Builder() {}

    /**
     * What is in force at first.
     *
     * @param switching whether one that turns out cheaper takes over
     */
    @CanIgnoreReturnValue
    public Builder policy(WarmthPolicyKind kind, boolean switching) {
      this.policy = kind;
      this.switching = switching;
      return this;
    }

    /** What the policies are made with. */
    @CanIgnoreReturnValue
    public Builder policies(WarmthSettings settings) {
      this.policies = settings;
      return this;
    }

    /** What a cold start is worth. */
    @CanIgnoreReturnValue
    public Builder price(ColdPrice value) {
      this.price = value;
      return this;
    }

    /** Memory for instances that nobody uses, at least 1. */
    @CanIgnoreReturnValue
    public Builder memoryBytes(long bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("memoryBytes: " + bytes + " (expected: at least 1)");
      }
      this.memoryBytes = bytes;
      return this;
    }

    /** The share of the processors that warming ahead may take, 0 to 1. */
    @CanIgnoreReturnValue
    public Builder warmingShare(double share) {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("warmingShare: " + share + " (expected: 0 to 1)");
      }
      this.warmingShare = share;
      return this;
    }

    /** How long instances stay after they were needed last, more than 0, up to a day. */
    @CanIgnoreReturnValue
    public Builder least(Duration time) {
      if (time.isNegative() || time.isZero() || time.compareTo(Duration.ofDays(1)) > 0) {
        throw new IllegalArgumentException(
            "least: " + time + " (expected: more than 0, up to 1 d)");
      }
      this.least = time;
      return this;
    }

    public KeeperSettings build() {
      return new KeeperSettings(this);
    }
  }
}
