package dev.brink.placement.warmth;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;

/** What the policies are made with. Immutable. */
public final class WarmthSettings {
  private static final WarmthSettings DEFAULTS = builder().build();

  private final long fixedWindowNanos;
  private final long longestNanos;
  private final long seed;

  private WarmthSettings(Builder builder) {
    fixedWindowNanos = builder.fixedWindow.toNanos();
    longestNanos = builder.longest.toNanos();
    seed = builder.seed;
  }

  /** All defaults. */
  public static WarmthSettings defaults() {
    return DEFAULTS;
  }

  /** Starts from a fixed window of 10 minutes, a longest learned one of 4 hours, and seed 1. */
  public static Builder builder() {
    return new Builder();
  }

  long fixedWindowNanos() {
    return fixedWindowNanos;
  }

  long longestNanos() {
    return longestNanos;
  }

  long seed() {
    return seed;
  }

  /** Not thread-safe. */
  public static final class Builder {
    private Duration fixedWindow = Duration.ofMinutes(10);
    private Duration longest = Duration.ofHours(4);
    private long seed = 1;

    private Builder() {}

    /** How long {@link WarmthPolicyKind#FIXED_WINDOW} keeps an instance, up to 7 days. */
    @CanIgnoreReturnValue
    public Builder fixedWindow(Duration window) {
      this.fixedWindow = within(window, "fixedWindow");
      return this;
    }

    /** The longest that {@link WarmthPolicyKind#LEARNED_COST} keeps one, up to 7 days. */
    @CanIgnoreReturnValue
    public Builder longest(Duration window) {
      this.longest = within(window, "longest");
      return this;
    }

    /** Where {@link WarmthPolicyKind#Q_LEARNING} starts to explore. */
    @CanIgnoreReturnValue
    public Builder seed(long value) {
      this.seed = value;
      return this;
    }

    public WarmthSettings build() {
      return new WarmthSettings(this);
    }

    private static Duration within(Duration value, String name) {
      if (value.isNegative() || value.isZero() || value.compareTo(Duration.ofDays(7)) > 0) {
        throw new IllegalArgumentException(
            name + ": " + value + " (expected: more than 0, up to 7 d)");
      }
      return value;
    }
  }
}
