package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;

/**
 * An object whose body is in blocks of its own, which it shares with the same under other heads.
 */
final class LargeObject extends MemoryObject {
  /** What its body takes on the heap, if it has few blocks. */
  private static final int BODY_BYTES = 40;

  /** How many bits tell how long the head is; the others tell where it is. */
  private static final int LENGTH_BITS = 20;

  private final long head;
  private final MemoryBody body;

  /** As {@link MemoryObject#of}. */
  LargeObject(StoreKey key, byte[] head, MemoryBody body) {
    super(key);
    this.body = body;
    long at = body.slab().allocateWhole(head.length);
    body.slab().view(at, 0, head.length).put(head);
    this.head = at << LENGTH_BITS | head.length;
  }

  private long headAt() {
    return head >>> LENGTH_BITS;
  }

  @Override
  public ByteBuffer head() {
    return body.slab().view(headAt(), 0, (int) head & (1 << LENGTH_BITS) - 1);
  }

  @Override
  public long bodyLength() {
    return body.length();
  }

  @Override
  public ByteBuf read(long offset, int maxBytes) {
    return body.read(offset, maxBytes);
  }

  @Override
  MemoryObject withHead(byte[] newHead) {
    if (!body.retain()) {
      throw new IllegalStateException(key() + ": freed (expected: in use)");
    }
    try {
      return of(key(), newHead, body);
    } catch (RuntimeException | Error e) {
      body.release();
      throw e;
    }
  }

  @Override
  long bytes() {
    return OVERHEAD_BYTES + BODY_BYTES + body.slab().footprint(headAt()) + body.footprint();
  }

  @Override
  void free() {
    body.slab().free(headAt());
    body.release();
  }
}
