package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
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
final class MemoryBody {
  private static final VarHandle USERS;

  static {
    try {
      USERS = MethodHandles.lookup().findVarHandle(MemoryBody.class, "users", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Slab slab;
  private long length;
  private int count;

  /** Where the first block is. */
  private long first;

  /** Of the second block and those after it, where each begins in the body, and where it is. */
  private long @Nullable [] starts;

  private long @Nullable [] more;

  @SuppressWarnings("FieldMayBeFinal") // changed by its handle
  private volatile int users = 1;

  MemoryBody(Slab slab) {
    this.slab = slab;
  }

  long length() {
    return length;
  }

  /** Bytes of memory it takes. */
  long footprint() {
    long bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += slab.footprint(block(i));
    }
    return bytes;
  }

  private long block(int index) {
    return index == 0 ? first : Objects.requireNonNull(more)[index - 1];
  }

  private long start(int index) {
    return index == 0 ? 0 : Objects.requireNonNull(starts)[index - 1];
  }

  /**
   * Adds bytes.
   *
   * @param expected how many may be expected with these, for the size of the next block
   */
  void append(ByteBuf bytes, long expected) {
    long left = expected;
    while (bytes.isReadable()) {
      int filled = count == 0 ? 0 : (int) (length - start(count - 1));
      if (count == 0 || filled == slab.size(block(count - 1))) {
        add(slab.allocate((int) Math.min(Slab.MAX_BYTES, left)));
        filled = 0;
      }
      long block = block(count - 1);
      int part = Math.min(slab.size(block) - filled, bytes.readableBytes());
      bytes.readBytes(slab.view(block, filled, part));
      length += part;
      left -= part;
    }
  }

  private void add(long block) {
    if (count == 0) {
      first = block;
    } else {
      starts = grown(starts);
      more = grown(more);
      starts[count - 1] = length;
      more[count - 1] = block;
    }
    count++;
  }

  private long[] grown(long @Nullable [] table) {
    if (table == null) {
      return new long[4];
    }
    return count > table.length ? Arrays.copyOf(table, 2 * table.length) : table;
  }

  /** It does not grow any more: gives back what it does not need. */
  void seal() {
    if (count > 0) {
      slab.shrink(block(count - 1), (int) (length - start(count - 1)));
    }
    if (starts != null && more != null) {
      starts = Arrays.copyOf(starts, count - 1);
      more = Arrays.copyOf(more, count - 1);
    }
  }

  /** As {@link StoredObject#read}; what is read is a user of its own. */
  ByteBuf read(long offset, int maxBytes) {
    Objects.checkIndex(offset, length);
    int at = 0;
    if (starts != null) {
      int found = Arrays.binarySearch(starts, 0, count - 1, offset);
      at = found >= 0 ? found + 1 : -found - 1;
    }
    long end = at + 1 < count ? start(at + 1) : length;
    int bytes = (int) Math.min(maxBytes, end - offset);
    ByteBuffer view = slab.view(block(at), (int) (offset - start(at)), bytes);
    users(1);
    return new BodyBytes(this, view);
  }

  /** One more user; false when the last one has let go. */
  boolean retain() {
    int seen = users;
    while (seen > 0) {
      if (USERS.compareAndSet(this, seen, seen + 1)) {
        return true;
      }
      seen = users;
    }
    return false;
  }

  void release() {
    if (users(-1) == 0) {
      for (int i = 0; i < count; i++) {
        slab.free(block(i));
      }
    }
  }

  private int users(int more) {
    return (int) USERS.getAndAdd(this, more) + more;
  }
}
