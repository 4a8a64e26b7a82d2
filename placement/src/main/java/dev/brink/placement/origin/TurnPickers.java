package dev.brink.placement.origin;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Picks that know nothing of load: turns and lots, by weight. */
final class TurnPickers {
  /** So often one that has just come back is passed over. */
  private static final int TRIES = 4;

  private TurnPickers() {}

  static @Nullable OriginSlot roundRobin(
      Lineup lineup, long key, int turn, long nowNanos, Set<OriginSlot> exclude) {
    List<OriginSlot> rotation = lineup.rotation();
    int start = Integer.remainderUnsigned(turn, rotation.size());
    OriginSlot last = null;
    for (int i = 0; i < rotation.size(); i++) {
      int at = start + i;
      OriginSlot slot = rotation.get(at < rotation.size() ? at : at - rotation.size());
      if (exclude.isEmpty() || !exclude.contains(slot)) {
        if (admits(slot, Mix.of(turn), nowNanos)) {
          return slot;
        }
        last = slot;
      }
    }
    return last;
  }

  static @Nullable OriginSlot random(
      Lineup lineup, long key, int turn, long nowNanos, Set<OriginSlot> exclude) {
    OriginSlot picked = null;
    for (int i = 0; i < TRIES; i++) {
      long lot = Mix.of((long) turn * TRIES + i);
      picked = from(lineup, lot, null, exclude);
      if (picked == null || admits(picked, Mix.of(lot), nowNanos)) {
        return picked;
      }
    }
    return picked;
  }

  /** The one that a lot falls on, or the next that is neither. */
  static @Nullable OriginSlot from(
      Lineup lineup, long lot, @Nullable OriginSlot but, Set<OriginSlot> exclude) {
    List<OriginSlot> rotation = lineup.rotation();
    int start = Mix.below(rotation.size(), lot);
    for (int i = 0; i < rotation.size(); i++) {
      int at = start + i;
      OriginSlot slot = rotation.get(at < rotation.size() ? at : at - rotation.size());
      if (slot != but && (exclude.isEmpty() || !exclude.contains(slot))) {
        return slot;
      }
    }
    return null;
  }

  private static boolean admits(OriginSlot slot, long lot, long nowNanos) {
    double ramp = slot.ramp(nowNanos);
    return ramp >= 1 || Mix.share(lot) < ramp;
  }
}
