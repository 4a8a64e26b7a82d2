package dev.brink.mesh.config;

import dev.brink.placement.warmth.ColdPrice;
import dev.brink.placement.warmth.WarmthPolicyKind;
import java.time.Duration;

/**
 * How long instances of functions that nobody calls stay, and which are made ahead of calls.
 *
 * @param policy what is in force at first
 * @param switching whether a policy that turns out cheaper takes over
 * @param window how long {@link WarmthPolicyKind#FIXED_WINDOW} keeps an instance
 * @param least how long any policy keeps one, unless memory is short
 * @param memoryBytes for instances that nobody uses
 * @param warmingPercent of the lanes' time for instances made ahead of calls
 * @param coldPrice MB·s of idle memory that a second of waiting for a cold start is worth
 */
public record KeepAliveConfig(
    WarmthPolicyKind policy,
    boolean switching,
    Duration window,
    Duration least,
    long memoryBytes,
    int warmingPercent,
    int coldPrice) {

  Builder toBuilder() {
    var builder = new Builder();
    builder.policy = policy;
    builder.switching = switching;
    builder.window = window;
    builder.least = least;
    builder.memoryBytes = memoryBytes;
    builder.warmingPercent = warmingPercent;
    builder.coldPrice = coldPrice;
    return builder;
  }

  /** Defaults: learned cost, switching, 10 min, 60 s, 256 MiB, 5 %, 450,000 MB·s. */
  public static final class Builder {
    private WarmthPolicyKind policy = WarmthPolicyKind.LEARNED_COST;
    private boolean switching = true;
    private Duration window = Duration.ofMinutes(10);
    private Duration least = Duration.ofSeconds(60);
    private long memoryBytes = 256L << 20;
    private int warmingPercent = 5;
    private int coldPrice = (int) ColdPrice.DEFAULT.megabyteSeconds();

    Builder() {}

    public Builder policy(WarmthPolicyKind kind) {
      policy = kind;
      return this;
    }

    public Builder switching(boolean allowed) {
      switching = allowed;
      return this;
    }

    public Builder window(Duration time) {
      window = time;
      return this;
    }

    public Builder least(Duration time) {
      least = time;
      return this;
    }

    public Builder memoryBytes(long bytes) {
      memoryBytes = bytes;
      return this;
    }

    public Builder warmingPercent(int percent) {
      warmingPercent = percent;
      return this;
    }

    public Builder coldPrice(int megabyteSeconds) {
      coldPrice = megabyteSeconds;
      return this;
    }

    KeepAliveConfig build() {
      return new KeepAliveConfig(
          policy, switching, window, least, memoryBytes, warmingPercent, coldPrice);
    }
  }
}
