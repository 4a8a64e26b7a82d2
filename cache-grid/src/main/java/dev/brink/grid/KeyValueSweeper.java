package dev.brink.grid;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.brink.grid.wire.BlobNote;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import javax.cache.Cache;
import javax.cache.CacheException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cache.CachePeekMode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects chunks that no record refers to. Those of a value that this node replaced go once its
 * readers have had time; the others, left behind by a crash or an expiry, are found by their notes,
 * by the member that holds the note.
 */
final class KeyValueSweeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KeyValueSweeper.class);
  private static final int MAX_REPLACED = 10_000;

  private final KeyValuePlace place;
  private final InstantSource time;
  private final Duration readGrace;
  private final Duration orphanGrace;
  private final DelayQueue<Replaced> replaced = new DelayQueue<>();
  private final Thread thread;
  private volatile boolean closed;

  private record Replaced(UUID blob, long dueNanos) implements Delayed {
    @Override
    public long getDelay(TimeUnit unit) {
      return unit.convert(dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
  }

  /**
   * A sweeper; {@link #start} starts it.
   *
   * @param readGrace how long a replaced value's readers have
   * @param orphanGrace how old a note without a record has to be; longer than any write takes
   */
  KeyValueSweeper(
      String name,
      KeyValuePlace place,
      InstantSource time,
      Duration readGrace,
      Duration orphanGrace) {
    this.place = place;
    this.time = time;
    this.readGrace = readGrace;
    this.orphanGrace = orphanGrace;
    this.thread = Thread.ofVirtual().name("brink-kv-sweep-" + name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** A blob that no record refers to any more. */
  void later(UUID blob) {
    if (replaced.size() < MAX_REPLACED) {
      replaced.add(new Replaced(blob, System.nanoTime() + readGrace.toNanos()));
    }
  }

  private void run() {
    long period = Math.max(1, orphanGrace.toMillis() / 4);
    long nextSweep = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(period);
    while (!closed) {
      try {
        Replaced due = replaced.poll(period, TimeUnit.MILLISECONDS);
        StoreCaches caches = place.caches();
        if (caches == null || place.refusal() != null) {
          continue;
        }
        if (due != null) {
          KeyValueBlobs.remove(caches, due.blob());
        }
        if (System.nanoTime() - nextSweep > 0) {
          nextSweep = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(period);
          sweep(caches);
        }
      } catch (CacheException | IgniteException | IllegalStateException e) {
        log.debug("chunks are collected later", e);
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void sweep(StoreCaches caches) {
    List<UUID> orphans = new ArrayList<>();
    for (Cache.Entry<String, byte[]> note : caches.blobs().localEntries(CachePeekMode.PRIMARY)) {
      UUID id = UUID.fromString(note.getKey());
      if (orphan(caches, id, note.getValue())) {
        orphans.add(id);
      }
    }
    for (UUID orphan : orphans) {
      int chunks = KeyValueBlobs.remove(caches, orphan);
      log.debug("{} chunks of a value that nothing refers to are removed", chunks);
    }
  }

  private boolean orphan(StoreCaches caches, UUID id, byte[] bytes) {
    BlobNote note;
    try {
      note = BlobNote.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      log.warn("the note of blob {} is malformed and removed", id, e);
      return true;
    }
    if (time.millis() - note.getCreatedMillis() < orphanGrace.toMillis()) {
      return false;
    }
    byte @Nullable [] record = caches.records().get(note.getRecord());
    if (record == null) {
      return true;
    }
    StoredValue value = StoredValue.decode(note.getRecord(), record);
    StoredValue.Blob blob = value.blob();
    return blob == null || !blob.id().equals(id) || value.expired(time.millis());
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
