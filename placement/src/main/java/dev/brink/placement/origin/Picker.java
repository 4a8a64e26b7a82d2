package dev.brink.placement.origin;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One way to choose among origins that are up. Stateless: allocates nothing, takes no lock. */
@FunctionalInterface
interface Picker {
  /**
   * Chooses.
   *
   * @param key same key, same origin, where the policy is of that kind
   * @param turn a number that is another one each time
   * @param exclude not these
   * @return {@code null} when all are excluded
   */
  @Nullable OriginSlot pick(
      Lineup lineup, long key, int turn, long nowNanos, Set<OriginSlot> exclude);

  static Picker of(BalancingPolicy policy) {
    return switch (policy) {
      case ROUND_ROBIN -> TurnPickers::roundRobin;
      case RANDOM -> TurnPickers::random;
      case LEAST_REQUESTS ->
          (lineup, _, turn, now, exclude) ->
              CostPickers.least(lineup.slots(), turn, Cost.REQUESTS, now, exclude);
      case TWO_CHOICES ->
          (lineup, _, turn, now, exclude) ->
              CostPickers.betterOfTwo(lineup, turn, Cost.REQUESTS, now, exclude);
      case PEAK_EWMA ->
          (lineup, _, turn, now, exclude) ->
              CostPickers.betterOfTwo(lineup, turn, Cost.LATENCY, now, exclude);
      case LOWEST_RTT ->
          (lineup, _, turn, now, exclude) ->
              CostPickers.least(lineup.slots(), turn, Cost.RTT, now, exclude);
      case IP_HASH -> (lineup, key, _, _, exclude) -> HashPickers.rendezvous(lineup, key, exclude);
      case CONSISTENT_HASH ->
          (lineup, key, _, now, exclude) -> HashPickers.bounded(lineup, key, now, exclude);
    };
  }
}
