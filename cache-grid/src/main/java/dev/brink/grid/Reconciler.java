package dev.brink.grid;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import javax.cache.CacheException;
import org.apache.ignite.IgniteException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the mirror and Ignite agree: takes in what this node's Ignite holds and the mirror lacks,
 * then writes what the mirror has and Ignite lacks, the newer stamp winning. It runs after each
 * start, which is how parts of a grid are merged, after a member failed, and now and then. It also
 * drops tombstones that are old enough.
 */
final class Reconciler {
  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final int BATCH_KEYS = 256;
  private static final long BATCH_BYTES = 4 << 20;

  private record Item(MirrorMap map, String key, Slot slot) {
    String storedKey() {
      return Mirror.storedKey(map.name(), key);
    }
  }

  private final Mirror mirror;
  private final MapWriter writer;
  private final Gate gate;
  private final BooleanSupplier oldest;
  private final InstantSource time;
  private final Duration retention;
  private final AtomicBoolean due = new AtomicBoolean();
  private final AtomicBoolean running = new AtomicBoolean();

  /**
   * A reconciler.
   *
   * @param oldest whether this node drops tombstones for all
   */
  Reconciler(
      Mirror mirror,
      MapWriter writer,
      Gate gate,
      BooleanSupplier oldest,
      InstantSource time,
      Duration retention) {
    this.mirror = mirror;
    this.writer = writer;
    this.gate = gate;
    this.oldest = oldest;
    this.time = time;
    this.retention = retention;
  }

  /** Asks for a run and starts it, or lets the one that is going on be followed by another. */
  void request() {
    due.set(true);
    resume();
  }

  /** Starts a run that is due; called again and again, as a run may have failed. */
  void resume() {
    if (due.get() && running.compareAndSet(false, true)) {
      Thread.ofVirtual().name("brink-grid-reconcile").start(this::run);
    }
  }

  private void run() {
    try {
      IgniteSession session = gate.session();
      if (session != null && due.compareAndSet(true, false)) {
        reconcile(session);
      }
    } catch (CacheException | IgniteException | IllegalStateException | CompletionException e) {
      due.set(true);
      log.debug("mirror and Ignite do not agree yet", e);
    } finally {
      running.set(false);
    }
  }

  private void reconcile(IgniteSession session) {
    long expired = time.millis() - retention.toMillis();
    mirror.purge(expired);
    session.scan((key, bytes) -> takeIn(session, key, bytes, expired));
    List<Item> batch = new ArrayList<>();
    long bytes = 0;
    for (MirrorMap map : mirror.maps()) {
      List<Item> items = new ArrayList<>();
      map.forEach((key, slot) -> items.add(new Item(map, key, slot)));
      for (Item item : items) {
        batch.add(item);
        bytes += item.slot.weight(item.key);
        if (batch.size() >= BATCH_KEYS || bytes >= BATCH_BYTES) {
          bringIn(session, batch);
          batch.clear();
          bytes = 0;
        }
      }
    }
    bringIn(session, batch);
  }

  private void takeIn(IgniteSession session, String storedKey, byte[] bytes, long expired) {
    Slot slot = decoded(bytes);
    if (slot != null && slot.isTombstone() && slot.stamp().wallMillis() < expired) {
      if (oldest.getAsBoolean()) {
        session.cache().remove(storedKey, bytes);
      }
    } else {
      mirror.applyStored(storedKey, bytes);
    }
  }

  private void bringIn(IgniteSession session, List<Item> batch) {
    if (batch.isEmpty()) {
      return;
    }
    Map<String, Item> wanted = new HashMap<>();
    batch.forEach(item -> wanted.put(item.storedKey(), item));
    Map<String, byte[]> stored = session.cache().getAll(wanted.keySet());
    List<CompletableFuture<Boolean>> writes = new ArrayList<>();
    wanted.forEach(
        (storedKey, item) -> {
          byte[] bytes = stored.get(storedKey);
          Slot present = bytes == null ? null : decoded(bytes);
          if (present == null || item.slot.stamp().isAfter(present.stamp())) {
            writes.add(writer.writeAnyway(item.map, item.key, item.slot));
          } else {
            mirror.applied(item.map, item.key, present);
          }
        });
    CompletableFuture.allOf(writes.toArray(CompletableFuture<?>[]::new)).join();
    if (!writes.isEmpty()) {
      log.debug("brought {} records into the grid", writes.size());
    }
  }

  private static @Nullable Slot decoded(byte[] bytes) {
    try {
      return Wire.decode(bytes);
    } catch (MalformedRecordException e) {
      log.debug("a malformed record", e);
      return null;
    }
  }
}
