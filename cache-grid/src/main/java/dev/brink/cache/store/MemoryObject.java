package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An object in memory. There may be a million of them: its key and its count are fields. */
final class MemoryObject extends Shared implements StoredObject {
  /**
   * What an object takes beside its blocks: this, its body, its places in the map and the policy.
   */
  static final int OVERHEAD_BYTES = 256;

  /** How many bits tell how long the head is; the others tell where it is. */
  private static final int LENGTH_BITS = 20;

  private final long keyHigh;
  private final long keyLow;
  private final long head;
  private final MemoryBody body;

  /** The next one in the same bucket of the {@link ObjectTable}. */
  volatile @Nullable MemoryObject next;

  /**
   * Copies the head, which has at most {@link Slab#MAX_WHOLE_BYTES}, and owns the body, unless it
   * throws.
   */
  MemoryObject(StoreKey key, byte[] head, MemoryBody body) {
    this.keyHigh = key.high();
    this.keyLow = key.low();
    this.body = body;
    long at = body.slab().allocateWhole(head.length);
    body.slab().view(at, 0, head.length).put(head);
    this.head = at << LENGTH_BITS | head.length;
  }

  private long headAt() {
    return head >>> LENGTH_BITS;
  }

  @Override
  public StoreKey key() {
    return new StoreKey(keyHigh, keyLow);
  }

  boolean is(StoreKey key) {
    return keyLow == key.low() && keyHigh == key.high();
  }

  long keyLow() {
    return keyLow;
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

  MemoryBody body() {
    return body;
  }

  long bytes() {
    return OVERHEAD_BYTES + body.slab().footprint(headAt()) + body.footprint();
  }

  @Override
  public void close() {
    release();
  }

  @Override
  void free() {
    body.slab().free(headAt());
    body.release();
  }
}
