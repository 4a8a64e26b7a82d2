package dev.brink.cache.policy;

import java.util.Arrays;

/**
 * The objects a cache holds, by slot. What eviction has to look at for many slots is packed into
 * one long each: when the object was last used (32 bits), its reuse class (8 bits) and its worth
 * per byte (24 bits of a float).
 */
final class Slots {
  static final int NONE = Index.NONE;

  /** With its header, an array of that many less than a power of two just fills whole regions. */
  private static final int ARRAY_HEADER = 16;

  private static final int FIRST = 64 - ARRAY_HEADER;

  private final Index index;
  private long[] keys;
  private long[] bytes;
  private long[] packed;
  private byte[] uses;

  /** The slot emptied last; the key of an empty one says which was emptied before it. */
  private int free = NONE;

  private int freeCount;
  private int top;
  private long totalBytes;

  Slots(int expected) {
    int slots = Math.max(FIRST, expected);
    index = new Index(slots);
    keys = new long[slots];
    bytes = new long[slots];
    packed = new long[slots];
    uses = new byte[slots];
  }

  int capacity() {
    return keys.length;
  }

  int count() {
    return top - freeCount;
  }

  /** Slots at and above this one were never used. */
  int top() {
    return top;
  }

  long totalBytes() {
    return totalBytes;
  }

  int find(long key) {
    return index.find(key, keys);
  }

  boolean isFull() {
    return freeCount == 0 && top == keys.length;
  }

  void grow() {
    int slots = Math.addExact(Math.multiplyExact(keys.length, 2), ARRAY_HEADER);
    keys = Arrays.copyOf(keys, slots);
    bytes = Arrays.copyOf(bytes, slots);
    packed = Arrays.copyOf(packed, slots);
    uses = Arrays.copyOf(uses, slots);
    index.resize(slots, top, keys);
  }

  /** Takes a slot; there has to be one. */
  int add(long key, long size) {
    int slot = freeCount > 0 ? takeFree() : top++;
    keys[slot] = key;
    bytes[slot] = size;
    totalBytes += size;
    index.add(slot, keys);
    return slot;
  }

  private int takeFree() {
    int slot = free;
    free = (int) keys[slot];
    freeCount--;
    return slot;
  }

  void remove(int slot) {
    index.remove(slot, keys);
    totalBytes -= bytes[slot];
    bytes[slot] = 0;
    packed[slot] = 0;
    keys[slot] = free;
    free = slot;
    freeCount++;
  }

  /** Whether an object is in this slot, one below {@link #top}. */
  boolean isUsed(int slot) {
    return bytes[slot] != 0;
  }

  long key(int slot) {
    return keys[slot];
  }

  long bytes(int slot) {
    return bytes[slot];
  }

  void setBytes(int slot, long size) {
    totalBytes += size - bytes[slot];
    bytes[slot] = size;
  }

  /** How often it was used as far as remembered, at most 127. */
  int uses(int slot) {
    return uses[slot];
  }

  void setUses(int slot, int count) {
    uses[slot] = (byte) Math.min(count, Byte.MAX_VALUE);
  }

  void pack(int slot, int now, int reuseClass, float worth) {
    packed[slot] =
        ((now & 0xffff_ffffL) << 32)
            | ((long) reuseClass << 24)
            | ((Float.floatToRawIntBits(worth) >>> 7) & 0xff_ffff);
  }

  long packed(int slot) {
    return packed[slot];
  }

  static int lastUse(long packed) {
    return (int) (packed >> 32);
  }

  static int reuseClass(long packed) {
    return (int) (packed >>> 24) & 0xff;
  }

  static float worth(long packed) {
    return Float.intBitsToFloat((int) (packed & 0xff_ffff) << 7);
  }
}
