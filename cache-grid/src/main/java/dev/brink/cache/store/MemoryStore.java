package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Objects in memory outside the heap. When it is full it gives up what was not used since eviction
 * last came by: SIEVE (Zhang, Yang, Yue, Vigfusson, Rashmi: "SIEVE is Simpler than LRU", NSDI
 * 2024). A use takes no lock.
 */
public final class MemoryStore implements Store {
  /** Bytes of the largest object, as a part of the whole: one object never empties the store. */
  private static final int LARGEST_PART = 8;

  private final long capacityBytes;
  private final long maxObjectBytes;
  private final ByteBufAllocator allocator = PooledByteBufAllocator.DEFAULT;
  private final ConcurrentHashMap<StoreKey, MemoryObject> objects = new ConcurrentHashMap<>();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder rejections = new LongAdder();

  // Guarded by this: the queue, newest to oldest, and where eviction goes on.
  private @Nullable MemoryObject newest;
  private @Nullable MemoryObject oldest;
  private @Nullable MemoryObject hand;
  private long bytes;
  private boolean closed;

  private MemoryStore(long capacityBytes) {
    this.capacityBytes = capacityBytes;
    this.maxObjectBytes = capacityBytes / LARGEST_PART;
  }

  /**
   * A store of at most that many bytes, overhead included. Its largest object is an eighth of that.
   *
   * @throws IllegalArgumentException under 64 KiB
   */
  public static MemoryStore ofBytes(long capacityBytes) {
    if (capacityBytes < 64 * 1024) {
      throw new IllegalArgumentException(
          "capacityBytes: " + capacityBytes + " (expected: >= 65536)");
    }
    return new MemoryStore(capacityBytes);
  }

  @Override
  public @Nullable StoredObject find(StoreKey key) {
    MemoryObject object = objects.get(key);
    if (object == null || !object.retain()) {
      return null;
    }
    object.visit();
    return object;
  }

  @Override
  public Draft draft(StoreKey key, long expectedBytes) {
    return new MemoryDraft(this, key, allocator, maxObjectBytes, expectedBytes);
  }

  @Override
  public long maxObjectBytes() {
    return maxObjectBytes;
  }

  void rejected() {
    rejections.increment();
  }

  MemoryObject add(StoreKey key, byte[] head, MemoryBody body) {
    var object = new MemoryObject(key, copy(head), body);
    var _ = object.retain();
    synchronized (this) {
      if (closed) {
        object.close();
        return object;
      }
      put(object);
    }
    return object;
  }

  private ByteBuf copy(byte[] head) {
    return allocator.directBuffer(head.length, head.length).writeBytes(head);
  }

  @Override
  public boolean replaceHead(StoredObject present, byte[] head, Worth worth) {
    var before = (MemoryObject) present;
    synchronized (this) {
      if (!before.listed || !before.body().retain()) {
        return false;
      }
      put(new MemoryObject(before.key(), copy(head), before.body()));
      return true;
    }
  }

  /** Takes the place of the one with the same key, at the new end of the queue. */
  private void put(MemoryObject object) {
    MemoryObject before = objects.put(object.key(), object);
    if (before != null) {
      unlist(before);
    }
    object.older = newest;
    if (newest != null) {
      newest.newer = object;
    }
    newest = object;
    if (oldest == null) {
      oldest = object;
    }
    object.listed = true;
    bytes += object.bytes();
    while (bytes > capacityBytes && evictOne()) {
      evictions.increment();
    }
  }

  private boolean evictOne() {
    MemoryObject at = hand == null ? oldest : hand;
    while (at != null && at.clearVisited()) {
      at = at.newer == null ? oldest : at.newer;
    }
    if (at == null) {
      return false;
    }
    hand = at.newer;
    objects.remove(at.key(), at);
    unlist(at);
    return true;
  }

  private void unlist(MemoryObject object) {
    if (!object.listed) {
      return;
    }
    object.listed = false;
    MemoryObject newer = object.newer;
    MemoryObject older = object.older;
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
    if (older == null) {
      oldest = newer;
    } else {
      older.newer = newer;
    }
    if (hand == object) {
      hand = newer;
    }
    object.newer = null;
    object.older = null;
    bytes -= object.bytes();
    object.close();
  }

  @Override
  public synchronized void remove(StoreKey key) {
    MemoryObject object = objects.remove(key);
    if (object != null) {
      unlist(object);
    }
  }

  @Override
  public synchronized void clear() {
    while (oldest != null) {
      MemoryObject object = oldest;
      objects.remove(object.key(), object);
      unlist(object);
    }
  }

  @Override
  public synchronized StoreStats stats() {
    return new StoreStats(objects.size(), bytes, capacityBytes, evictions.sum(), rejections.sum());
  }

  @Override
  public synchronized void close() {
    closed = true;
    clear();
  }
}
