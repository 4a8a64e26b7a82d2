package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An object in a single block, the body behind the head: one thing on the heap instead of two. */
final class SmallObject extends MemoryObject {
  /** How many bits tell how long the head is, and the body; the others tell where they are. */
  private static final int LENGTH_BITS = 12;

  private static final int LENGTH = (1 << LENGTH_BITS) - 1;

  private static final int MOST_BYTES = 2 << 10;

  private final Slab slab;
  private final long place;

  private SmallObject(StoreKey key, byte[] head, MemoryBody body) {
    super(key);
    slab = body.slab();
    int bodyLength = (int) body.length();
    long at = slab.allocateWhole(head.length + bodyLength);
    slab.view(at, 0, head.length).put(head);
    body.copyTo(slab.view(at, head.length, bodyLength));
    place = ((((at / Slab.GRAIN) << LENGTH_BITS) | head.length) << LENGTH_BITS) | bodyLength;
    body.release();
  }

  /** As {@link MemoryObject#of}; null if it is too large, or memory nearly full. */
  static @Nullable SmallObject tryOf(StoreKey key, byte[] head, MemoryBody body) {
    if (head.length + body.length() > MOST_BYTES || !body.slab().mayGrow()) {
      return null;
    }
    return new SmallObject(key, head, body);
  }

  private long at() {
    return (place >>> (2 * LENGTH_BITS)) * Slab.GRAIN;
  }

  private int headLength() {
    return (int) (place >>> LENGTH_BITS) & LENGTH;
  }

  @Override
  public ByteBuffer head() {
    return slab.view(at(), 0, headLength());
  }

  @Override
  public long bodyLength() {
    return place & LENGTH;
  }

  @Override
  public ByteBuf read(long offset, int maxBytes) {
    Objects.checkIndex(offset, bodyLength());
    if (!retain()) {
      throw new IllegalStateException(key() + ": freed (expected: in use)");
    }
    int bytes = (int) Math.min(maxBytes, bodyLength() - offset);
    return new BodyBytes(this, slab.view(at(), headLength() + (int) offset, bytes));
  }

  @Override
  MemoryObject withHead(byte[] newHead) {
    var body = new MemoryBody(slab);
    try {
      if (bodyLength() > 0) {
        ByteBuf bytes = read(0, LENGTH);
        try {
          var _ = body.append(bytes, bytes.readableBytes());
        } finally {
          bytes.release();
        }
      }
      return of(key(), newHead, body);
    } catch (RuntimeException | Error e) {
      body.release();
      throw e;
    }
  }

  @Override
  long bytes() {
    return (long) OVERHEAD_BYTES + slab.footprint(at());
  }

  @Override
  void free() {
    slab.free(at());
  }
}
