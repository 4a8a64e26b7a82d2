package dev.brink.placement.origin;

import java.util.ArrayList;
import java.util.List;

/** Places of origins on a circle of hashes: more for more weight. Immutable. */
final class HashRing {
  private static final int PLACES = 128;
  private static final int MAX_PLACES = 1 << 15;

  private final long[] hashes;
  private final OriginSlot[] owners;

  private HashRing(List<Place> sorted) {
    hashes = sorted.stream().mapToLong(Place::hash).toArray();
    owners = sorted.stream().map(Place::owner).toArray(OriginSlot[]::new);
  }

  private record Place(long hash, OriginSlot owner) {}

  static HashRing of(List<OriginSlot> slots) {
    double weights = slots.stream().mapToInt(OriginSlot::weight).sum();
    int places = Math.min(PLACES * slots.size(), MAX_PLACES);
    var all = new ArrayList<Place>();
    for (OriginSlot slot : slots) {
      long own = Math.max(1, Math.round(places * slot.weight() / weights));
      for (long i = 0; i < own; i++) {
        all.add(new Place(Mix.of(Mix.of(slot.id()) + i), slot));
      }
    }
    all.sort((a, b) -> Long.compare(a.hash, b.hash));
    return new HashRing(all);
  }

  int size() {
    return hashes.length;
  }

  /** The index of the first place at or after a key. */
  int at(long key) {
    int low = 0;
    int high = hashes.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (hashes[middle] < key) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low == hashes.length ? 0 : low;
  }

  OriginSlot owner(int index) {
    return owners[index < owners.length ? index : index - owners.length];
  }
}
