package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A finished body outside the heap, shared by the objects that have it: one and, for a moment, the
 * same one with another head. Counted, because nobody but the last user may free it.
 */
final class MemoryBody {
  private final ByteBuf[] chunks;
  private final long[] starts;
  private final long length;
  private final long capacity;
  private final AtomicInteger users = new AtomicInteger(1);

  /**
   * @param chunks belong to the body from now on; only the first {@code count} are looked at
   * @param starts the offset of each
   */
  MemoryBody(ByteBuf[] chunks, long[] starts, long length) {
    this.chunks = chunks;
    this.starts = starts;
    this.length = length;
    long held = 0;
    for (ByteBuf chunk : chunks) {
      held += chunk.capacity();
    }
    capacity = held;
  }

  long length() {
    return length;
  }

  /** Bytes of memory it takes. */
  long capacity() {
    return capacity;
  }

  ByteBuf read(long offset, int maxBytes) {
    return Chunks.read(chunks, starts, chunks.length, offset, maxBytes);
  }

  /** One more user; false when the last one has let go. */
  boolean retain() {
    int seen = users.get();
    while (seen > 0) {
      if (users.compareAndSet(seen, seen + 1)) {
        return true;
      }
      seen = users.get();
    }
    return false;
  }

  void release() {
    if (users.decrementAndGet() == 0) {
      for (ByteBuf chunk : chunks) {
        chunk.release();
      }
    }
  }
}
