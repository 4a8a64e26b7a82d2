package dev.brink.cache.store;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Memory over disk. What comes in goes to both; what memory has lost is loaded from disk and, if it
 * is at most 64 KiB, put into memory again. Larger ones are served from disk piece by piece.
 *
 * <p>What changes is changed on disk first: whoever puts something into memory that the disk still
 * had when it was there cannot have missed the change of the memory. One changes both at a time.
 */
public final class TieredStore implements Store {
  private final MemoryStore memory;
  private final DiskStore disk;
  private final DraftBudget drafts;
  private final ReentrantLock changing = new ReentrantLock();
  private final Destination destination =
      new Destination() {
        @Override
        public void add(MemoryObject object, Worth worth) {
          changing.lock();
          try {
            disk.keep(object);
            if (object.bodyLength() <= memory.maxObjectBytes() && object.retain()) {
              memory.add(object, worth);
            } else {
              memory.remove(object.key());
            }
          } catch (RuntimeException | Error e) {
            disk.remove(object.key());
            memory.remove(object.key());
            throw e;
          } finally {
            changing.unlock();
          }
        }

        @Override
        public void rejected() {
          disk.tooLarge();
        }
      };

  private TieredStore(MemoryStore memory, DiskStore disk) {
    this.memory = memory;
    this.disk = disk;
    drafts = new DraftBudget(Math.max(memory.draftBytes(), disk.maxWaitingBytes()));
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
    if (!(object instanceof DiskObject loaded)
        || object.bodyLength() > Math.min(Segment.CHUNK_BYTES, memory.maxObjectBytes())) {
      return object;
    }
    try (loaded) {
      MemoryBody body = copy(loaded);
      ByteBuffer head = loaded.head();
      byte[] copy = new byte[head.remaining()];
      head.get(copy);
      MemoryObject promoted;
      try {
        promoted = MemoryObject.of(loaded.key(), copy, body);
      } catch (RuntimeException | Error e) {
        body.release();
        throw e;
      }
      try {
        keep(promoted, loaded);
      } catch (RuntimeException | Error e) {
        promoted.close();
        throw e;
      }
      return promoted;
    }
  }

  private MemoryBody copy(DiskObject loaded) {
    var body = new MemoryBody(memory.slab());
    ByteBuf bytes = loaded.bodyLength() > 0 ? loaded.read(0, Segment.CHUNK_BYTES) : null;
    if (bytes != null) {
      try {
        body.append(bytes, bytes.readableBytes());
      } catch (RuntimeException | Error e) {
        body.release();
        throw e;
      } finally {
        bytes.release();
      }
    }
    return body;
  }

  /** Unless something has taken the place of what was loaded meanwhile. */
  private void keep(MemoryObject promoted, DiskObject loaded) {
    if (promoted.retain()
        && memory.addIfAbsent(promoted, Worth.UNKNOWN)
        && !disk.isCurrent(loaded)) {
      memory.removeUnless(promoted.key(), present -> present != promoted);
    }
  }

  @Override
  public Draft draft(StoreKey key, long expectedBytes) {
    return new MemoryDraft(
        destination, key, memory.slab(), drafts, maxObjectBytes(), expectedBytes);
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
    changing.lock();
    try {
      MemoryObject replacing = memory.withHead(present, head);
      if (replacing == null) {
        return false;
      }
      try {
        disk.keep(replacing);
        if (!memory.replace(present, replacing, worth)) {
          // Evicted meanwhile. What the disk had may have been put there since.
          memory.remove(replacing.key());
        }
      } finally {
        replacing.close();
      }
      return true;
    } finally {
      changing.unlock();
    }
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
  public void removeUnless(StoreKey key, Predicate<StoredObject> keep) {
    changing.lock();
    try {
      try (StoredObject present = find(key)) {
        if (present != null && keep.test(present)) {
          return;
        }
      }
      disk.remove(key);
      memory.remove(key);
    } finally {
      changing.unlock();
    }
  }

  @Override
  public void clear() {
    changing.lock();
    try {
      disk.clear();
      memory.clear();
    } finally {
      changing.unlock();
    }
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
        above.rejections() + below.rejections(),
        drafts.takenBytes(),
        drafts.refusals());
  }

  @Override
  public void close() {
    memory.close();
    disk.close();
  }
}
