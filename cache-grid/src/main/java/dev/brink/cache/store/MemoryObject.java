package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.util.concurrent.atomic.AtomicInteger;

/** An object in memory. */
final class MemoryObject implements StoredObject {
  /** What an object takes beside its bytes: this, its key, its place in the map. */
  static final int OVERHEAD_BYTES = 256;

  private final StoreKey key;
  private final ByteBuf head;
  private final MemoryBody body;
  private final AtomicInteger users = new AtomicInteger(1);

  /** Owns head and body. */
  MemoryObject(StoreKey key, ByteBuf head, MemoryBody body) {
    this.key = key;
    this.head = head;
    this.body = body;
  }

  @Override
  public StoreKey key() {
    return key;
  }

  @Override
  public ByteBuf head() {
    return head;
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
    return OVERHEAD_BYTES + head.capacity() + body.capacity();
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

  @Override
  public void close() {
    if (users.decrementAndGet() == 0) {
      head.release();
      body.release();
    }
  }
}
