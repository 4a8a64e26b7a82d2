package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Memory over disk. What comes in goes to both; what memory has lost is loaded from disk and, if it
 * is at most 64 KiB, put into memory again. Larger ones are served from disk piece by piece.
 */
public final class TieredStore implements Store {
  private final MemoryStore memory;
  private final DiskStore disk;
  private final Destination destination =
      new Destination() {
        @Override
        public StoredObject add(StoreKey key, byte[] head, MemoryBody body, Worth worth) {
          var object =
              body.length() <= memory.maxObjectBytes()
                  ? memory.add(key, head, body, worth)
                  : new MemoryObject(key, head, body);
          disk.keep(object);
          return object;
        }

        @Override
        public void rejected() {
          disk.tooLarge();
        }
      };

  private TieredStore(MemoryStore memory, DiskStore disk) {
    this.memory = memory;
    this.disk = disk;
  }

  /** Owns both, and closes them. */
  public static TieredStore of(MemoryStore memory, DiskStore disk) {
    return new TieredStore(memory, disk);
  }

  @Override
  public @Nullable StoredObject find(StoreKey key) {
    StoredObject object = memory.find(key);
    return object == null ? disk.find(key) : object;
  }

  @Override
  public @Nullable CompletionStage<@Nullable StoredObject> load(StoreKey key) {
    CompletionStage<@Nullable StoredObject> loading = disk.load(key);
    return loading == null ? null : loading.thenApply(this::promote);
  }

  /** A copy in memory in place of a small object on disk. */
  private @Nullable StoredObject promote(@Nullable StoredObject object) {
    if (object == null || object.bodyLength() > Segment.CHUNK_BYTES) {
      return object;
    }
    try (object) {
      Draft draft = memory.draft(object.key(), object.bodyLength());
      if (object.bodyLength() > 0) {
        ByteBuf body = object.read(0, Segment.CHUNK_BYTES);
        if (body == null || !draft.append(body)) {
          draft.discard();
          return null;
        }
      }
      ByteBuffer head = object.head();
      byte[] bytes = new byte[head.remaining()];
      head.get(bytes);
      return draft.commit(bytes, Worth.UNKNOWN);
    }
  }

  @Override
  public Draft draft(StoreKey key, long expectedBytes) {
    return new MemoryDraft(destination, key, memory.slab(), maxObjectBytes(), expectedBytes);
  }

  @Override
  public long maxObjectBytes() {
    return Math.max(memory.maxObjectBytes(), disk.maxObjectBytes());
  }

  @Override
  public boolean replaceHead(StoredObject present, byte[] head, Worth worth) {
    if (!(present instanceof MemoryObject)) {
      return disk.replaceHead(present, head, worth);
    }
    MemoryObject replaced = memory.replace(present, head, worth);
    if (replaced == null) {
      return false;
    }
    disk.keep(replaced);
    replaced.close();
    return true;
  }

  @Override
  public boolean wants(StoreKey key, long bytes, Worth worth) {
    return memory.wants(key, bytes, worth);
  }

  @Override
  public Path journal() {
    return disk.journal();
  }

  @Override
  public void remove(StoreKey key) {
    memory.remove(key);
    disk.remove(key);
  }

  @Override
  public void clear() {
    memory.clear();
    disk.clear();
  }

  /** Both tiers' figures added up; an object that is in both counts twice. */
  @Override
  public StoreStats stats() {
    StoreStats above = memory.stats();
    StoreStats below = disk.stats();
    return new StoreStats(
        above.objects() + below.objects(),
        above.bytes() + below.bytes(),
        above.capacityBytes() + below.capacityBytes(),
        above.evictions() + below.evictions(),
        above.rejections() + below.rejections());
  }

  @Override
  public void close() {
    memory.close();
    disk.close();
  }
}
