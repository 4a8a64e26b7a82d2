package dev.brink.cache.policy;

import java.util.Arrays;

/** What was evicted last: when it was used, how often, and how long ago it was evicted. */
final class History {
  static final int NONE = Index.NONE;

  private final int most;
  private Index index;
  private long[] keys;
  private int[] lastUse;
  private byte[] uses;
  private boolean[] listed;
  private int next;
  private boolean wrapped;

  History(int first, int most) {
    this.most = Integer.highestOneBit(most);
    int slots = slotsFor(first);
    index = new Index(slots);
    keys = new long[slots];
    lastUse = new int[slots];
    uses = new byte[slots];
    listed = new boolean[slots];
  }

  private int slotsFor(int objects) {
    return objects >= most ? most : Integer.highestOneBit(Math.max(2, objects) * 2 - 1);
  }

  /** Whether the next one takes the place of another. */
  boolean isFull() {
    return listed[next];
  }

  int find(long key) {
    return index.find(key, keys);
  }

  int lastUse(int slot) {
    return lastUse[slot];
  }

  int uses(int slot) {
    return uses[slot];
  }

  /** How many evictions came after this one. */
  int evictionsSince(int slot) {
    return (next - 1 - slot) & (keys.length - 1);
  }

  void forget(int slot) {
    index.remove(slot, keys);
    listed[slot] = false;
  }

  void add(long key, int used, int count) {
    if (listed[next]) {
      forget(next);
    }
    keys[next] = key;
    lastUse[next] = used;
    uses[next] = (byte) count;
    listed[next] = true;
    index.add(next, keys);
    next = (next + 1) & (keys.length - 1);
    wrapped |= next == 0;
  }

  /** Remembers twice as many as before, if that is no more than so many and within its bound. */
  void grow(int wanted) {
    int slots = Math.min(slotsFor(wanted), 2 * keys.length);
    if (slots <= keys.length) {
      return;
    }
    int first = wrapped ? next : 0;
    int count = wrapped ? keys.length : next;
    long[] oldKeys = keys;
    int[] oldLastUse = lastUse;
    byte[] oldUses = uses;
    boolean[] oldListed = listed;
    index = new Index(slots);
    keys = new long[slots];
    lastUse = new int[slots];
    uses = new byte[slots];
    listed = new boolean[slots];
    next = 0;
    wrapped = false;
    for (int i = 0; i < count; i++) {
      int old = (first + i) & (oldKeys.length - 1);
      if (oldListed[old]) {
        add(oldKeys[old], oldLastUse[old], oldUses[old]);
      }
    }
  }

  void clear() {
    index.clear();
    Arrays.fill(listed, false);
  }
}
