package dev.brink.placement.origin;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The same origin for the same key. */
final class HashPickers {
  /** How much more than its share an origin may have. */
  private static final double BOUND = 1.25;

  private HashPickers() {}

  /**
   * Each origin scores by a hash of itself and the key; the most wins. Slow start is left out on
   * purpose: a key stays where it belongs.
   */
  static @Nullable OriginSlot rendezvous(Lineup lineup, long key, Set<OriginSlot> exclude) {
    OriginSlot best = null;
    double most = 0;
    List<OriginSlot> slots = lineup.slots();
    for (int i = 0; i < slots.size(); i++) {
      OriginSlot slot = slots.get(i);
      if (!exclude.isEmpty() && exclude.contains(slot)) {
        continue;
      }
      double score = -slot.weight() / Math.log(Mix.share(Mix.of(slot.hash() ^ key)));
      if (best == null || score > most) {
        best = slot;
        most = score;
      }
    }
    return best;
  }

  /** The first on the ring that has room, else the first. */
  static @Nullable OriginSlot bounded(
      Lineup lineup, long key, long nowNanos, Set<OriginSlot> exclude) {
    long active = 1;
    long weights = 0;
    List<OriginSlot> slots = lineup.slots();
    for (int i = 0; i < slots.size(); i++) {
      active += slots.get(i).active();
      weights += slots.get(i).weight();
    }
    double each = BOUND * active / weights;
    HashRing ring = lineup.ring();
    int start = ring.at(key);
    OriginSlot first = null;
    for (int i = 0; i < ring.size(); i++) {
      OriginSlot slot = ring.owner(start + i);
      if (!exclude.isEmpty() && exclude.contains(slot)) {
        continue;
      }
      if (slot.active() < Math.ceil(each * slot.weight() * slot.ramp(nowNanos))) {
        return slot;
      }
      first = first == null ? slot : first;
    }
    return first;
  }
}
