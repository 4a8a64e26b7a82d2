package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** An object in memory. There may be a million of them: its key and its count are fields. */
abstract sealed class MemoryObject extends Shared implements StoredObject
    permits SmallObject, LargeObject {
  /**
   * What a small object takes beside its block: this, and its places in the table and the policy.
   */
  static final int OVERHEAD_BYTES = 224;

  private final long keyHigh;
  private final long keyLow;

  /** The next one in the same bucket of the {@link ObjectTable}. */
  volatile @Nullable MemoryObject next;

  MemoryObject(StoreKey key) {
    keyHigh = key.high();
    keyLow = key.low();
  }

  /**
   * Copies the head, which has at most {@link Slab#MAX_WHOLE_BYTES}, and owns the body, unless it
   * throws.
   */
  static MemoryObject of(StoreKey key, byte[] head, MemoryBody body) {
    MemoryObject small = SmallObject.tryOf(key, head, body);
    return small == null ? new LargeObject(key, head, body) : small;
  }

  /** One with the same body. The caller uses this one. */
  abstract MemoryObject withHead(byte[] head);

  /** What it takes in all. */
  abstract long bytes();

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
  public abstract ByteBuffer head();

  /** As {@link StoredObject#read}, and always at hand. */
  @Override
  public abstract ByteBuf read(long offset, int maxBytes);

  @Override
  public void close() {
    release();
  }
}
