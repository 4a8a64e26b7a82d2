package dev.brink.cache.store;

import dev.brink.grid.Throttle;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects in files of a directory ({@link SegmentLog}). What was written survives the end of the
 * process, however it ends, and is there again as soon as the indexes are read: no body is. Bytes
 * that are not what was written are never handed out; their object is lost.
 *
 * <p>One thread writes, in the background; until then an object is served from memory. At most an
 * eighth of the capacity, or 64 MiB, waits to be written; what comes beyond that is not kept, and
 * neither is an older object with its key. A full or broken disk costs the objects that can't be
 * written, and no more. A removal is written in the background too: after a crash in that moment
 * the object is back.
 */
public final class DiskStore implements Store {
  private static final Logger LOG = LoggerFactory.getLogger(DiskStore.class);
  private static final long LEAST_BYTES = 16 << 20;
  private static final long MOST_WAITING_BYTES = 64 << 20;
  private static final int LARGEST_PART = 32;
  private static final int CLOSE_SECONDS = 30;

  /** Of what can't be read or written: a full disk fails thousands of objects a second. */
  private final Throttle complaints = new Throttle(Duration.ofMinutes(1));

  private final Path directory;
  private final long capacityBytes;
  private final long maxWaitingBytes;
  private final SegmentLog log;

  /** For what waits to be written, where no tier above has it. */
  private final Slab slab;

  private final DraftBudget drafts;
  private final ConcurrentHashMap<StoreKey, MemoryObject> waiting = new ConcurrentHashMap<>();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final LongAdder rejections = new LongAdder();
  private final Destination destination =
      new Destination() {
        @Override
        public void add(MemoryObject object, Worth worth) {
          keep(object);
        }

        @Override
        public void rejected() {
          rejections.increment();
        }
      };
  private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("brink-cache-disk").daemon().factory());

  private DiskStore(Path directory, long capacityBytes, Segment.Writing writing)
      throws IOException {
    this.directory = directory;
    this.capacityBytes = capacityBytes;
    maxWaitingBytes = Math.min(MOST_WAITING_BYTES, capacityBytes / 8);
    slab = new Slab(maxWaitingBytes);
    drafts = new DraftBudget(maxWaitingBytes);
    log = new SegmentLog(directory, capacityBytes, writing);
  }

  /**
   * Opens the store in a directory, which is made if it is not there; nobody else may use it.
   *
   * @param capacityBytes most bytes of all files; the largest object is a 32nd of that
   * @throws IllegalArgumentException under 16 MiB
   * @throws IOException if the directory or its files can't be used
   */
  public static DiskStore open(Path directory, long capacityBytes) throws IOException {
    return open(directory, capacityBytes, DiskStore::write);
  }

  static DiskStore open(Path directory, long capacityBytes, Segment.Writing writing)
      throws IOException {
    if (capacityBytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "capacityBytes: " + capacityBytes + " (expected: >= " + LEAST_BYTES + ")");
    }
    return new DiskStore(directory, capacityBytes, writing);
  }

  private static void write(FileChannel channel, ByteBuffer bytes, long position)
      throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += channel.write(bytes, at);
    }
  }

  /** Only what waits to be written can be had without waiting. */
  @Override
  public @Nullable StoredObject find(StoreKey key) {
    MemoryObject object = waiting.get(key);
    // One that is closed already has been written or replaced meanwhile: look again.
    while (object != null && !object.retain()) {
      object = waiting.get(key);
    }
    return object;
  }

  @Override
  public @Nullable CompletionStage<@Nullable StoredObject> load(StoreKey key) {
    DiskPlace place = log.find(key);
    if (place == null || !place.segment.retain()) {
      return null;
    }
    place.used = true;
    try {
      return CompletableFuture.supplyAsync(() -> read(place), readers);
    } catch (RejectedExecutionException closed) {
      place.segment.release();
      return null;
    }
  }

  private @Nullable StoredObject read(DiskPlace place) {
    try {
      return new DiskObject(place, readers);
    } catch (IOException e) {
      place.segment.release();
      log.lose(place);
      complain("Cached object lost", e);
      return null;
    }
  }

  /** Whether what was loaded is still what there is of its key. */
  boolean isCurrent(DiskObject object) {
    return !waiting.containsKey(object.key()) && log.find(object.key()) == object.place();
  }

  @Override
  public Draft draft(StoreKey key, long expectedBytes) {
    return new MemoryDraft(destination, key, slab, drafts, maxObjectBytes(), expectedBytes);
  }

  /** How many bytes may wait to be written. */
  long maxWaitingBytes() {
    return maxWaitingBytes;
  }

  @Override
  public long maxObjectBytes() {
    return capacityBytes / LARGEST_PART;
  }

  @Override
  public Path journal() {
    return directory.resolve("purges");
  }

  void tooLarge() {
    rejections.increment();
  }

  /** Writes an object that somebody else holds too. */
  void keep(MemoryObject object) {
    if (object.bytes() > maxObjectBytes()
        || waitingBytes.get() + object.bytes() > maxWaitingBytes
        || writer.isShutdown()
        || !object.retain()) {
      rejections.increment();
      remove(object.key());
      return;
    }
    waitingBytes.addAndGet(object.bytes());
    waiting.put(object.key(), object);
    try {
      writer.execute(() -> write(object));
    } catch (RuntimeException | Error e) {
      writtenOrLost(object);
      throw e;
    }
  }

  private void writtenOrLost(MemoryObject object) {
    waiting.remove(object.key(), object);
    waitingBytes.addAndGet(-object.bytes());
    object.close();
  }

  private void write(MemoryObject object) {
    try {
      if (waiting.get(object.key()) == object) {
        log.put(
            object.key(),
            object.head(),
            object.bodyLength(),
            (offset, max) -> copy(object.read(offset, max)),
            () -> waiting.get(object.key()) == object);
      }
    } catch (IOException e) {
      rejections.increment();
      complain("Object not cached on disk", e);
      // The index may still have an older one.
      run(() -> log.remove(object.key()));
    } finally {
      writtenOrLost(object);
    }
  }

  private static ByteBuffer copy(ByteBuf bytes) {
    ByteBuffer copy = ByteBuffer.allocate(bytes.readableBytes());
    bytes.readBytes(copy);
    bytes.release();
    return copy.flip();
  }

  /** The new head is found once it is written, a moment later. */
  @Override
  public boolean replaceHead(StoredObject present, byte[] head, Worth worth) {
    if (!(present instanceof DiskObject object)
        || log.find(object.key()) != object.place()
        || !object.place().segment.retain()) {
      return false;
    }
    inOrder(
        () -> {
          try {
            log.replaceHead(object.place(), ByteBuffer.wrap(head));
          } finally {
            object.place().segment.release();
          }
        });
    return true;
  }

  @Override
  public void removeUnless(StoreKey key, Predicate<StoredObject> keep) {
    // One that is just being written is still waiting.
    MemoryObject object = waiting.get(key);
    boolean waited = false;
    while (object != null && !waited) {
      if (object.retain()) {
        try {
          if (keep.test(object)) {
            return;
          }
        } finally {
          object.close();
        }
      }
      waited = waiting.remove(key, object);
      object = waiting.get(key);
    }
    if (log.forget(key) || waited) {
      inOrder(() -> log.remove(key));
    }
  }

  @Override
  public void clear() {
    waiting.clear();
    log.forgetAll();
    inOrder(log::clear);
  }

  private interface Task {
    void run() throws IOException;
  }

  private void inOrder(Task task) {
    if (writer.isShutdown()) {
      return;
    }
    writer.execute(() -> run(task));
  }

  private void run(Task task) {
    try {
      task.run();
    } catch (IOException e) {
      complain("Cache on disk", e);
    }
  }

  private void complain(String what, IOException e) {
    if (complaints.permits()) {
      LOG.warn("{}: {}; the next such line comes in a minute at the soonest", what, e.toString());
    } else {
      LOG.debug("{}: {}", what, e.toString());
    }
  }

  /** Completes when all that was asked for before is written. */
  CompletableFuture<Void> written() {
    return CompletableFuture.runAsync(() -> {}, writer);
  }

  @Override
  public StoreStats stats() {
    return new StoreStats(
        log.objects(),
        log.bytes(),
        capacityBytes,
        log.evictions(),
        rejections.sum(),
        drafts.takenBytes(),
        drafts.refusals());
  }

  @Override
  public void close() {
    writer.shutdown();
    try {
      if (!writer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("Cache on disk: closed before all was written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    readers.close();
    slab.close();
    try {
      log.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
