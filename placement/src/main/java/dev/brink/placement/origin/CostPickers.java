package dev.brink.placement.origin;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The least cost by weight, of all or of two. */
final class CostPickers {
  private CostPickers() {}

  /** Equals take turns. */
  static @Nullable OriginSlot least(
      List<OriginSlot> slots, int turn, Cost cost, long nowNanos, Set<OriginSlot> exclude) {
    int start = Integer.remainderUnsigned(turn, slots.size());
    OriginSlot least = null;
    double leastCost = 0;
    for (int i = 0; i < slots.size(); i++) {
      int at = start + i;
      OriginSlot slot = slots.get(at < slots.size() ? at : at - slots.size());
      if (!exclude.isEmpty() && exclude.contains(slot)) {
        continue;
      }
      double its = weighted(slot, cost, nowNanos);
      if (least == null || its < leastCost) {
        least = slot;
        leastCost = its;
      }
    }
    return least;
  }

  /** Two different ones, drawn by weight, where there are two. */
  static @Nullable OriginSlot betterOfTwo(
      Lineup lineup, int turn, Cost cost, long nowNanos, Set<OriginSlot> exclude) {
    OriginSlot first = TurnPickers.from(lineup, Mix.of(2L * turn), null, exclude);
    OriginSlot second = TurnPickers.from(lineup, Mix.of(2L * turn + 1), first, exclude);
    if (first == null || second == null) {
      return first;
    }
    return weighted(second, cost, nowNanos) < weighted(first, cost, nowNanos) ? second : first;
  }

  private static double weighted(OriginSlot slot, Cost cost, long nowNanos) {
    return cost.of(slot, nowNanos) / (slot.weight() * slot.ramp(nowNanos));
  }
}
