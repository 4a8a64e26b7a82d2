package dev.brink.cache.store;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A body in blocks of a {@link Slab}, which are freed after the last of its users has let go: a
 * draft, an object or, for a moment, two, the same one with another head, and whoever has read some
 * of it. There may be a million of them, so most that have one block have no table of blocks.
 *
 * <p>While it grows, reads and additions need one lock; afterwards any thread may read.
 */
final class MemoryBody extends Shared {
  private final Slab slab;
  private long length;

  /** Where the first block is, if the body is not empty. */
  private long first;

  /** The blocks after it. */
  private @Nullable Rest rest;

  MemoryBody(Slab slab) {
    this.slab = slab;
  }

  long length() {
    return length;
  }

  Slab slab() {
    return slab;
  }

  private int count() {
    return length == 0 ? 0 : rest == null ? 1 : 1 + rest.count;
  }

  private long block(int index) {
    return index == 0 ? first : requireNonNull(rest).blocks[index - 1];
  }

  private long start(int index) {
    return index == 0 ? 0 : requireNonNull(rest).starts[index - 1];
  }

  /** Bytes of memory it takes. */
  long footprint() {
    long bytes = 0;
    for (int i = 0; i < count(); i++) {
      bytes += slab.footprint(block(i));
    }
    return bytes;
  }

  /**
   * Adds bytes.
   *
   * @param expected how many may be expected with these, for the size of the next block
   * @return how many bytes of memory that has taken
   */
  long append(ByteBuf bytes, long expected) {
    long left = expected;
    long taken = 0;
    while (bytes.isReadable()) {
      int last = count() - 1;
      int filled = last < 0 ? 0 : (int) (length - start(last));
      if (last < 0 || filled == slab.size(block(last))) {
        long wanted = Math.max(left, bytes.readableBytes());
        long added = slab.allocate((int) Math.min(Slab.MAX_BYTES, wanted));
        taken += slab.footprint(added);
        if (last < 0) {
          first = added;
        } else {
          rest = rest == null ? new Rest() : rest;
          rest.add(length, added);
        }
        last++;
        filled = 0;
      }
      long block = block(last);
      int part = Math.min(slab.size(block) - filled, bytes.readableBytes());
      bytes.readBytes(slab.view(block, filled, part));
      length += part;
      left -= part;
    }
    return taken;
  }

  /** It does not grow any more: gives back what it does not need. */
  void seal() {
    int last = count() - 1;
    if (last >= 0) {
      slab.shrink(block(last), (int) (length - start(last)));
    }
    if (rest != null) {
      rest.trim();
    }
  }

  /** As {@link StoredObject#read}; what is read is a user of its own. */
  ByteBuf read(long offset, int maxBytes) {
    Objects.checkIndex(offset, length);
    int at = rest == null ? 0 : rest.find(offset);
    long end = at + 1 < count() ? start(at + 1) : length;
    int bytes = (int) Math.min(maxBytes, end - offset);
    if (!retain()) {
      throw new IllegalStateException("body: freed (expected: in use)");
    }
    return new BodyBytes(this, slab.view(block(at), (int) (offset - start(at)), bytes));
  }

  /** Copies all of it. */
  void copyTo(ByteBuffer target) {
    for (int i = 0; i < count(); i++) {
      long end = i + 1 < count() ? start(i + 1) : length;
      target.put(slab.view(block(i), 0, (int) (end - start(i))));
    }
  }

  @Override
  void free() {
    for (int i = 0; i < count(); i++) {
      slab.free(block(i));
    }
  }

  /** The blocks from the second one on. */
  private static final class Rest {
    /** Where each begins in the body, and where it is. */
    private long[] starts = new long[4];

    private long[] blocks = new long[4];
    private int count;

    void add(long start, long block) {
      if (count == starts.length) {
        starts = Arrays.copyOf(starts, 2 * count);
        blocks = Arrays.copyOf(blocks, 2 * count);
      }
      starts[count] = start;
      blocks[count++] = block;
    }

    /** The block, counted with the first one, in which a byte is. */
    int find(long offset) {
      int found = Arrays.binarySearch(starts, 0, count, offset);
      return found >= 0 ? found + 1 : -found - 1;
    }

    void trim() {
      starts = Arrays.copyOf(starts, count);
      blocks = Arrays.copyOf(blocks, count);
    }
  }
}
