package dev.brink.cache.policy;

import java.util.Arrays;

/** Finds the slot of a key: open addressing with linear probing, no tombstones. */
final class Index {
  static final int NONE = -1;

  private int[] table;
  private int mask;

  Index(int slots) {
    table = new int[tableSize(slots)];
    mask = table.length - 1;
  }

  private static int tableSize(int slots) {
    return Integer.highestOneBit(Math.max(8, slots) * 2 - 1) * 2;
  }

  /** A permutation of the 64-bit numbers that spreads any keys evenly: MurmurHash3's finalizer. */
  static long mix(long key) {
    long h = key;
    h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
    h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return h ^ (h >>> 33);
  }

  private int home(long key) {
    return (int) mix(key) & mask;
  }

  int find(long key, long[] keys) {
    for (int at = home(key); ; at = (at + 1) & mask) {
      int slot = table[at] - 1;
      if (slot < 0 || keys[slot] == key) {
        return slot;
      }
    }
  }

  void add(int slot, long[] keys) {
    int at = home(keys[slot]);
    while (table[at] != 0) {
      at = (at + 1) & mask;
    }
    table[at] = slot + 1;
  }

  /** Removes a slot and closes the gap, so that no search has to go on past it. */
  void remove(int slot, long[] keys) {
    int gap = home(keys[slot]);
    while (table[gap] != slot + 1) {
      gap = (gap + 1) & mask;
    }
    for (int at = (gap + 1) & mask; table[at] != 0; at = (at + 1) & mask) {
      int distance = (at - home(keys[table[at] - 1])) & mask;
      if (distance >= ((at - gap) & mask)) {
        table[gap] = table[at];
        gap = at;
      }
    }
    table[gap] = 0;
  }

  void clear() {
    Arrays.fill(table, 0);
  }

  /** Makes room for that many slots and puts the first {@code used} ones in again. */
  void resize(int slots, int used, long[] keys) {
    table = new int[tableSize(slots)];
    mask = table.length - 1;
    for (int slot = 0; slot < used; slot++) {
      add(slot, keys);
    }
  }
}
