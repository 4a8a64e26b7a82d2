package dev.brink.placement.origin;

import java.util.List;

/**
 * The origins that requests go to, as long as nobody's standing changes.
 *
 * @param slots each once
 * @param rotation each as often as its weight says, evenly spread
 * @param ring their places on the hash ring
 */
record Lineup(List<OriginSlot> slots, List<OriginSlot> rotation, HashRing ring) {
  static Lineup of(List<OriginSlot> slots) {
    return new Lineup(slots, Rotation.of(slots), HashRing.of(slots));
  }
}
