package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/** An object in memory. There may be a million of them: its key and its count are fields. */
final class MemoryObject implements StoredObject {
  /**
   * What an object takes beside its blocks: this, its body, its places in the map and the policy.
   */
  static final int OVERHEAD_BYTES = 256;

  private static final VarHandle USERS;

  static {
    try {
      USERS = MethodHandles.lookup().findVarHandle(MemoryObject.class, "users", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Slab slab;
  private final long keyHigh;
  private final long keyLow;
  private final long head;
  private final int headBytes;
  private final MemoryBody body;

  @SuppressWarnings("FieldMayBeFinal") // changed by its handle
  private volatile int users = 1;

  /** Owns the body, and copies the head. */
  MemoryObject(Slab slab, StoreKey key, byte[] head, MemoryBody body) {
    this.slab = slab;
    this.keyHigh = key.high();
    this.keyLow = key.low();
    this.head = slab.allocateWhole(head.length);
    this.headBytes = head.length;
    this.body = body;
    slab.view(this.head, 0, headBytes).put(head);
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
    return slab.view(head, 0, headBytes);
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
    return OVERHEAD_BYTES + slab.footprint(head) + body.footprint();
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

  @Override
  public void close() {
    if ((int) USERS.getAndAdd(this, -1) == 1) {
      slab.free(head);
      body.release();
    }
  }
}
