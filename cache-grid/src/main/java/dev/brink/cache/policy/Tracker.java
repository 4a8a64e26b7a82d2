package dev.brink.cache.policy;

/**
 * Follows the requests of a sample of keys, whether cached or not: those whose hash is under a
 * threshold, so that all requests of a key are seen or none (Waldspurger, Park, Garthwaite, Ahmad:
 * "Efficient MRC Construction with SHARDS", FAST 2015). Bounded: the key not used for longest goes.
 */
final class Tracker {
  static final int NONE = Index.NONE;

  /** Gets the class and age of each key that has left without another use. */
  interface Leaving {
    void leave(int reuseClass, int age);
  }

  private final Leaving leaving;
  private final Index index;
  private final Links links;
  private final Links.Queue order;
  private final long[] keys;
  private final int[] lastUse;
  private final short[] classes;
  private final byte[] uses;
  private final boolean[] used;
  private final int[] free;
  private int freeCount;
  private int top;
  private int sampleShift;

  Tracker(int keyCount, Leaving leaving) {
    this.leaving = leaving;
    index = new Index(keyCount);
    links = new Links(keyCount);
    order = links.queue();
    keys = new long[keyCount];
    lastUse = new int[keyCount];
    classes = new short[keyCount];
    uses = new byte[keyCount];
    used = new boolean[keyCount];
    free = new int[keyCount];
  }

  /** One in {@code 1 << sampleShift} keys is followed. */
  int sampleShift() {
    return sampleShift;
  }

  boolean samples(long hash) {
    return sampleShift == 0 || hash >>> (64 - sampleShift) == 0;
  }

  /** Follows half as many keys as before; those no longer followed are dropped. */
  void thin() {
    sampleShift++;
    for (int slot = 0; slot < top; slot++) {
      if (used[slot] && !samples(Index.mix(keys[slot]))) {
        remove(slot);
      }
    }
  }

  int find(long key) {
    return index.find(key, keys);
  }

  int top() {
    return top;
  }

  boolean isUsed(int slot) {
    return used[slot];
  }

  int lastUse(int slot) {
    return lastUse[slot];
  }

  int reuseClass(int slot) {
    return classes[slot];
  }

  void add(long key, int now) {
    if (freeCount == 0 && top == keys.length) {
      int oldest = order.oldest();
      leaving.leave(classes[oldest], now - lastUse[oldest]);
      remove(oldest);
    }
    int slot = freeCount > 0 ? free[--freeCount] : top++;
    keys[slot] = key;
    lastUse[slot] = now;
    classes[slot] = 0;
    uses[slot] = 1;
    used[slot] = true;
    index.add(slot, keys);
    order.add(slot, 0);
  }

  void use(int slot, int now, int age) {
    int count = Math.min(uses[slot] + 1, Byte.MAX_VALUE);
    uses[slot] = (byte) count;
    classes[slot] = (short) ReuseModel.classOf(count, age);
    lastUse[slot] = now;
    order.toNewest(slot, 0);
  }

  private void remove(int slot) {
    index.remove(slot, keys);
    order.remove(slot, 0);
    used[slot] = false;
    free[freeCount++] = slot;
  }
}
