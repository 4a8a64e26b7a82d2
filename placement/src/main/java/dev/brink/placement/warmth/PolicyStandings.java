package dev.brink.placement.warmth;

import java.util.EnumMap;
import java.util.Map;

/**
 * What each policy costs on the same idle times: the memory held for nothing and the cold starts at
 * their price, in MB·s. Older times count less, half as much after about 700. Not thread-safe.
 */
public final class PolicyStandings {
  private static final double FORGET = 1 - 1.0 / 1024;
  private static final int LEAST_BETWEEN = 128;
  private static final double CLEARLY = 0.9;

  private final Map<WarmthPolicyKind, Double> costs = new EnumMap<>(WarmthPolicyKind.class);
  private final boolean switching;
  private WarmthPolicyKind active;
  private long times;
  private long switchedAt;
  private long switches;

  /**
   * With no experience.
   *
   * @param first what is in force
   * @param switching whether another policy takes over once it has cost less than nine tenths, 128
   *     idle times after the last change at the earliest
   */
  public PolicyStandings(WarmthPolicyKind first, boolean switching) {
    this.active = first;
    this.switching = switching;
  }

  /** Before the costs of one more idle time are added. */
  void next() {
    times++;
    costs.replaceAll((kind, cost) -> cost * FORGET);
  }

  void add(WarmthPolicyKind kind, double megabyteSeconds) {
    costs.merge(kind, megabyteSeconds, Double::sum);
  }

  /** Once all costs of an idle time are in; returns whether the policy in force changed. */
  boolean settle() {
    WarmthPolicyKind best = best();
    if (switching && times - switchedAt >= LEAST_BETWEEN && cost(best) < CLEARLY * cost(active)) {
      active = best;
      switchedAt = times;
      switches++;
      return true;
    }
    return false;
  }

  private WarmthPolicyKind best() {
    WarmthPolicyKind best = active;
    for (WarmthPolicyKind kind : WarmthPolicyKind.values()) {
      if (cost(kind) < cost(best)) {
        best = kind;
      }
    }
    return best;
  }

  /** The policy in force. */
  public WarmthPolicyKind active() {
    return active;
  }

  /** How often it changed. */
  public long switches() {
    return switches;
  }

  /** Idle times so far. */
  public long times() {
    return times;
  }

  /** What a policy has cost, or would have, in MB·s. */
  public double cost(WarmthPolicyKind kind) {
    return costs.getOrDefault(kind, 0.0);
  }

  /** How much more that is than the least any policy would have cost. */
  public double regret(WarmthPolicyKind kind) {
    return cost(kind) - cost(best());
  }
}
