package dev.brink.cache.store;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Memory outside the heap, in blocks of any size up to {@link #MAX_BYTES}. A block costs 4 bytes
 * and what is missing to a multiple of 16; free neighbours become one; what is free is found by its
 * size in constant time: Masmano, Ripoll, Crespo, Real: "TLSF: A New Dynamic Memory Allocator for
 * Real-Time Systems" (ECRTS 2004), with its lists in the free blocks themselves.
 *
 * <p>Memory comes in arenas of {@value #ARENA_BYTES} bytes. Once as many are there as the limit
 * allows, what is asked for in {@linkplain #allocate pieces} is made of whatever is free, so that
 * memory in small pieces is used up before there is another arena. Beyond the limit and one more,
 * arenas come and go with what is in them.
 *
 * <p>Thread-safe: one thread at a time allocates or frees, for well under a microsecond but when an
 * arena is made; views need no lock.
 */
final class Slab {
  /** The largest piece of a body. */
  static final int MAX_BYTES = 256 << 10;

  /** The largest block. */
  static final int MAX_WHOLE_BYTES = (1 << 20) - 1;

  private static final int ARENA_SHIFT = 22;
  private static final int ARENA_BYTES = 1 << ARENA_SHIFT;

  /** Where a block is, is a multiple of this. */
  static final int GRAIN = 16;

  /** No piece is smaller, unless less was asked for. */
  private static final int LEAST_PIECE = 1 << 10;

  // A block begins with its size in bytes, a multiple of 16, and what is known of it.
  private static final int HEADER = 4;

  /** Where an arena's first block begins, so that what follows each header is aligned. */
  private static final int FIRST = GRAIN - HEADER;

  private static final int FREE = 1;
  private static final int AFTER_FREE = 2;
  private static final int FLAGS = GRAIN - 1;

  // A free one goes on with its neighbours in its list, and ends with its size.
  private static final int BEFORE_IT = 4;
  private static final int AFTER_IT = 12;
  private static final int LEAST_BLOCK = 2 * GRAIN;

  /** Up to this many grains each size has a list of its own; beyond, sixteen a doubling. */
  private static final int EXACT = 32;

  private static final int LEAST_ARENA = MAX_WHOLE_BYTES + 1 + 2 * LEAST_BLOCK;
  private static final int LISTS = 256;

  private static final long NONE = -1;

  private static final ByteBuffer GONE = ByteBuffer.allocate(0);

  private final long limitBytes;
  private final int arenaBytes;

  /** Replaced as a whole, so that a view can be had without the lock. */
  private volatile ByteBuffer[] arenas = {};

  // Guarded by this.
  private final long[] lists = new long[LISTS];
  private final long[] filled = new long[LISTS / Long.SIZE];
  private long reservedBytes;
  private long usedBytes;
  private boolean closed;

  /**
   * @param limitBytes how much memory it takes before it makes do with small pieces; less than an
   *     arena for the largest block counts as that
   */
  Slab(long limitBytes) {
    arenaBytes = Math.clamp(limitBytes & -GRAIN, LEAST_ARENA, ARENA_BYTES);
    this.limitBytes = Math.max(limitBytes, arenaBytes);
    Arrays.fill(lists, NONE);
  }

  /** A block of that many bytes, up to {@link #MAX_WHOLE_BYTES}; where it is. */
  long allocateWhole(int bytes) {
    if (bytes > MAX_WHOLE_BYTES) {
      throw new IllegalArgumentException(
          "bytes: " + bytes + " (expected: at most " + MAX_WHOLE_BYTES + ")");
    }
    return allocate(blockSize(bytes), false);
  }

  /**
   * Whether memory may still grow within the limit. From then on pieces of any size have to be of
   * use.
   */
  boolean mayGrow() {
    return reservedBytes() + arenaBytes <= limitBytes;
  }

  /**
   * A block of that many bytes or, if it is that or more memory, of fewer; see {@link #size}.
   *
   * @param bytes 1 or more; more than {@link #MAX_BYTES} counts as that
   */
  long allocate(int bytes) {
    return allocate(blockSize(Math.min(bytes, MAX_BYTES)), true);
  }

  private long allocate(int size, boolean pieces) {
    long at = taken(size, pieces);
    while (at == NONE) {
      // Takes a while, so others go on meanwhile.
      add(ByteBuffer.allocateDirect(arenaBytes).order(ByteOrder.nativeOrder()));
      at = taken(size, pieces);
    }
    return at;
  }

  private synchronized long taken(int size, boolean pieces) {
    long block = fitting(size);
    if (block == NONE && pieces && reservedBytes + arenaBytes > limitBytes) {
      long largest = largest();
      block = largest != NONE && size(largest + HEADER) >= LEAST_PIECE ? largest : NONE;
    }
    return block == NONE ? NONE : take(block, size);
  }

  /** How many bytes there is room for. */
  int size(long at) {
    return sizeOf(header(at - HEADER)) - HEADER;
  }

  /** What a block takes in all. */
  int footprint(long at) {
    return sizeOf(header(at - HEADER));
  }

  /** A block's bytes, or some of them. */
  ByteBuffer view(long at, int offset, int length) {
    return arena(at).slice(offset(at) + offset, length);
  }

  /** Gives back what is beyond the first bytes. */
  synchronized void shrink(long at, int bytes) {
    long block = at - HEADER;
    int size = sizeOf(header(block));
    int rest = size - blockSize(bytes);
    if (rest >= LEAST_BLOCK) {
      setHeader(block, (size - rest) | (header(block) & AFTER_FREE));
      setHeader(block + size - rest, rest);
      usedBytes -= rest;
      release(block + size - rest);
    }
  }

  synchronized void free(long at) {
    usedBytes -= sizeOf(header(at - HEADER));
    release(at - HEADER);
  }

  /** What the blocks take. */
  synchronized long usedBytes() {
    return usedBytes;
  }

  /** What the arenas take. */
  synchronized long reservedBytes() {
    return reservedBytes;
  }

  /** From now on an arena goes as soon as it is empty. */
  synchronized void close() {
    closed = true;
    for (int i = 0; i < arenas.length; i++) {
      long first = ((long) i << ARENA_SHIFT) + FIRST;
      if (arenas[i].hasRemaining() && (header(first) & FREE) != 0 && isWhole(first)) {
        unlist(first);
        drop(i);
      }
    }
  }

  // Blocks.

  private static int blockSize(int bytes) {
    return Math.max(LEAST_BLOCK, (bytes + HEADER + GRAIN - 1) & -GRAIN);
  }

  private long take(long block, int wanted) {
    int size = sizeOf(header(block));
    unlist(block);
    if (size - wanted >= LEAST_BLOCK) {
      setHeader(block + wanted, size - wanted);
      list(block + wanted);
      size = wanted;
    } else {
      setHeader(block + size, header(block + size) & ~AFTER_FREE);
    }
    setHeader(block, size | (header(block) & AFTER_FREE));
    usedBytes += size;
    return block + HEADER;
  }

  /** Joins a block with its free neighbours. */
  private void release(long freed) {
    long block = freed;
    int size = sizeOf(header(block));
    if ((header(block) & AFTER_FREE) != 0) {
      int before = arena(block).getInt(offset(block) - HEADER);
      block -= before;
      size += before;
      unlist(block);
    }
    int next = header(block + size);
    if ((next & FREE) != 0) {
      unlist(block + size);
      size += sizeOf(next);
    }
    setHeader(block, size);
    int index = (int) (block >>> ARENA_SHIFT);
    if (isWhole(block) && (closed || reservedBytes > limitBytes + arenaBytes)) {
      drop(index);
    } else {
      list(block);
    }
  }

  private boolean isWhole(long block) {
    return sizeOf(header(block)) == arenaBytes - GRAIN;
  }

  // Lists.

  private static int listOf(int size) {
    int grains = size / GRAIN;
    if (grains < EXACT) {
      return grains;
    }
    int log = 31 - Integer.numberOfLeadingZeros(grains);
    return EXACT + (log - 5) * 16 + ((grains >>> (log - 4)) & 15);
  }

  /** A free block of at least that size. */
  private long fitting(int size) {
    int own = listOf(size);
    long first = lists[own];
    if (first != NONE && sizeOf(header(first)) >= size) {
      return first;
    }
    int word = (own + 1) / Long.SIZE;
    long bits = word == filled.length ? 0 : filled[word] & -1L << (own + 1);
    while (bits == 0 && ++word < filled.length) {
      bits = filled[word];
    }
    return bits == 0 ? NONE : lists[word * Long.SIZE + Long.numberOfTrailingZeros(bits)];
  }

  private long largest() {
    for (int word = filled.length - 1; word >= 0; word--) {
      if (filled[word] != 0) {
        return lists[word * Long.SIZE + 63 - Long.numberOfLeadingZeros(filled[word])];
      }
    }
    return NONE;
  }

  private void list(long block) {
    int size = sizeOf(header(block));
    int list = listOf(size);
    long first = lists[list];
    ByteBuffer arena = arena(block);
    int offset = offset(block);
    arena.putInt(offset, size | FREE | (header(block) & AFTER_FREE));
    arena.putLong(offset + BEFORE_IT, NONE);
    arena.putLong(offset + AFTER_IT, first);
    arena.putInt(offset + size - HEADER, size);
    arena.putInt(offset + size, arena.getInt(offset + size) | AFTER_FREE);
    if (first != NONE) {
      arena(first).putLong(offset(first) + BEFORE_IT, block);
    }
    lists[list] = block;
    filled[list / Long.SIZE] |= 1L << list;
  }

  private void unlist(long block) {
    ByteBuffer arena = arena(block);
    long before = arena.getLong(offset(block) + BEFORE_IT);
    long after = arena.getLong(offset(block) + AFTER_IT);
    int list = listOf(sizeOf(header(block)));
    if (after != NONE) {
      arena(after).putLong(offset(after) + BEFORE_IT, before);
    }
    if (before != NONE) {
      arena(before).putLong(offset(before) + AFTER_IT, after);
    } else {
      lists[list] = after;
      if (after == NONE) {
        filled[list / Long.SIZE] &= ~(1L << list);
      }
    }
  }

  // Arenas.

  /** A new one, which is one free block. */
  private synchronized void add(ByteBuffer arena) {
    int index = 0;
    while (index < arenas.length && arenas[index].hasRemaining()) {
      index++;
    }
    ByteBuffer[] all = Arrays.copyOf(arenas, Math.max(arenas.length, index + 1));
    all[index] = arena;
    arenas = all;
    reservedBytes += arenaBytes;
    long block = ((long) index << ARENA_SHIFT) + FIRST;
    // At the end is the header of a block that is never free.
    setHeader(block + arenaBytes - GRAIN, GRAIN);
    setHeader(block, arenaBytes - GRAIN);
    list(block);
  }

  private void drop(int index) {
    reservedBytes -= arenaBytes;
    ByteBuffer[] others = arenas.clone();
    others[index] = GONE;
    arenas = others;
  }

  private ByteBuffer arena(long at) {
    return arenas[(int) (at >>> ARENA_SHIFT)];
  }

  private static int offset(long at) {
    return (int) at & ARENA_BYTES - 1;
  }

  private int header(long block) {
    return arena(block).getInt(offset(block));
  }

  private void setHeader(long block, int header) {
    arena(block).putInt(offset(block), header);
  }

  private static int sizeOf(int header) {
    return header & ~FLAGS;
  }
}
