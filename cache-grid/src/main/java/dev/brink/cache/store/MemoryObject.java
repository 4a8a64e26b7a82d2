package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

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

  /** How many bits tell how long the head is; the others tell where it is. */
  private static final int LENGTH_BITS = 20;

  private final long keyHigh;
  private final long keyLow;
  private final long head;
  private final MemoryBody body;

  /** The next one in the same bucket of the {@link ObjectTable}. */
  volatile @Nullable MemoryObject next;

  @SuppressWarnings("FieldMayBeFinal") // changed by its handle
  private volatile int users = 1;

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
      body.slab().free(headAt());
      body.release();
    }
  }
}
