package dev.brink.grid;

import dev.brink.grid.KeyValueBlobs.Source;
import dev.brink.grid.KeyValueTransaction.Done;
import dev.brink.grid.KeyValueTransaction.Step;
import dev.brink.grid.StoredValue.Blob;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.cache.expiry.Duration;
import javax.cache.expiry.ModifiedExpiryPolicy;
import org.apache.ignite.IgniteCache;
import org.jspecify.annotations.Nullable;

/**
 * The entries of all namespaces of one durability, by stored key. Its methods wait for Ignite: they
 * are called within {@link KeyValueCalls}.
 */
final class KeyValueStore {
  private final HybridClock clock;
  private final InstantSource time;
  private final KeyValueBlobs blobs;
  private final LocalCopies copies;
  private final KeyValueSweeper sweeper;

  /** What a write does not have at hand yet: the value, whole or on its way. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Incoming(byte[] first, Source more) {
    static Incoming of(byte[] whole) {
      if (whole.length <= KeyValueBlobs.INLINE_BYTES) {
        return new Incoming(whole, size -> new byte[0]);
      }
      int[] at = {KeyValueBlobs.CHUNK_BYTES};
      return new Incoming(
          java.util.Arrays.copyOf(whole, Math.min(whole.length, KeyValueBlobs.CHUNK_BYTES)),
          size -> {
            int from = Math.min(at[0], whole.length);
            at[0] = Math.min(whole.length, from + size);
            return java.util.Arrays.copyOfRange(whole, from, at[0]);
          });
    }

    /** A value of which the first chunk is there; waits for the others outside of its turns. */
    static Incoming of(byte[] first, BodyIntake intake, Deadline deadline, Turn turn) {
      return new Incoming(
          first,
          new Source() {
            @Override
            public byte[] next(int size) {
              return turn.without(() -> intake.next(size, deadline));
            }

            @Override
            public void stored(int bytes) {
              intake.stored(bytes);
            }
          });
    }
  }

  KeyValueStore(
      HybridClock clock, InstantSource time, LocalCopies copies, KeyValueSweeper sweeper) {
    this.clock = clock;
    this.time = time;
    this.copies = copies;
    this.sweeper = sweeper;
    this.blobs = new KeyValueBlobs(time);
  }

  long nowMillis() {
    return time.millis();
  }

  Stamp version() {
    return clock.now();
  }

  /** The record, if the key has a value. */
  @Nullable StoredValue read(StoreCaches caches, String key) {
    long began = System.nanoTime();
    byte[] bytes = caches.records().get(key);
    StoredValue value = bytes == null ? null : StoredValue.decode(key, bytes);
    if (value != null && value.expired(nowMillis())) {
      value = null;
    }
    copies.read(key, value, began);
    return value;
  }

  /** What to store for a value: itself, or a blob that is written now. */
  StoredValue stored(
      StoreCaches caches,
      String key,
      Stamp version,
      Incoming value,
      WriteOptions options,
      Deadline deadline) {
    long expires = options.expiresMillis(nowMillis());
    if (value.first().length <= KeyValueBlobs.INLINE_BYTES) {
      return new StoredValue(version, options.metadata(), expires, value.first(), null);
    }
    Blob blob = blobs.write(caches, key, value.first(), value.more(), deadline);
    return new StoredValue(version, options.metadata(), expires, null, blob);
  }

  /** A put or delete for one call, that it may try more than once. */
  PlainWrite write(String key) {
    return new PlainWrite(key, version());
  }

  /**
   * Writes a value whatever is there.
   *
   * @param incoming asked once, unless it fails
   */
  Stamp put(
      StoreCaches caches,
      PlainWrite put,
      Supplier<Incoming> incoming,
      WriteOptions options,
      Deadline deadline) {
    String key = put.key();
    StoredValue value =
        put.value(() -> stored(caches, key, put.version(), incoming.get(), options, deadline));
    long began = System.nanoTime();
    copies.forget(key);
    long now = nowMillis();
    boolean expired = value.expired(now);
    byte[] before =
        put.run(
            caches,
            deadline,
            () -> expired ? caches.records().getAndRemove(key) : replace(caches, key, value, now));
    replaced(key, before);
    copies.written(key, expired ? null : value, began, System.nanoTime());
    return value.version();
  }

  /** What was there, if it may have been what the value's blob replaces. */
  private static byte @Nullable [] replace(
      StoreCaches caches, String key, StoredValue value, long nowMillis) {
    if (value.blob() == null) {
      write(caches, key, value, nowMillis);
      return null;
    }
    return expiring(caches, value, nowMillis).getAndPut(key, value.encode());
  }

  /** Removes a record; returns whether there was a value. */
  boolean delete(StoreCaches caches, PlainWrite delete, Deadline deadline) {
    String key = delete.key();
    long began = System.nanoTime();
    copies.forget(key);
    byte[] bytes = delete.run(caches, deadline, () -> caches.records().getAndRemove(key));
    replaced(key, bytes);
    copies.written(key, null, began, System.nanoTime());
    return bytes != null && !StoredValue.decode(key, bytes).expired(nowMillis());
  }

  /** A transaction for one call, that it may try more than once. */
  KeyValueTransaction transaction() {
    return new KeyValueTransaction(version(), this::nowMillis);
  }

  /** Does steps together; null when a check failed. */
  @Nullable Done transact(
      StoreCaches caches, KeyValueTransaction transaction, List<Step> steps, Deadline deadline) {
    long began = System.nanoTime();
    Done done = transaction.run(caches, steps, deadline);
    if (done == null) {
      discard(steps);
      return null;
    }
    long ended = System.nanoTime();
    done.after()
        .forEach(
            (key, value) -> {
              copies.written(key, value, began, ended);
              StoredValue before = done.before().get(key);
              if (before != null && before.blob() != null) {
                sweeper.later(before.blob().id());
              }
            });
    return done;
  }

  /** The blobs that were written for steps which were not done. */
  private void discard(List<Step> steps) {
    List<UUID> unused = new ArrayList<>();
    for (Step step : steps) {
      if (step instanceof Step.Put put && put.value().blob() != null) {
        unused.add(put.value().blob().id());
      }
    }
    unused.forEach(sweeper::later);
  }

  private void replaced(String key, byte @Nullable [] bytes) {
    if (bytes != null) {
      Blob blob = StoredValue.decode(key, bytes).blob();
      if (blob != null) {
        sweeper.later(blob.id());
      }
    }
  }

  static void write(StoreCaches caches, String key, StoredValue value, long nowMillis) {
    expiring(caches, value, nowMillis).put(key, value.encode());
  }

  /**
   * Ignite removes what has expired; without a policy of its own a write would keep the old one.
   */
  private static IgniteCache<String, byte[]> expiring(
      StoreCaches caches, StoredValue value, long nowMillis) {
    Duration life =
        value.expiresMillis() == 0
            ? Duration.ETERNAL
            : new Duration(TimeUnit.MILLISECONDS, Math.max(1, value.expiresMillis() - nowMillis));
    return caches.records().withExpiryPolicy(new ModifiedExpiryPolicy(life));
  }
}
