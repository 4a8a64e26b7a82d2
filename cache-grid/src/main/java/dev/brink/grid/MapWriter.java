package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import javax.cache.CacheException;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes records into Ignite so that a newer one is never lost: compare the stamps, then compare
 * and set the bytes, on the key's primary member. Each write has a virtual thread of its own, as
 * Ignite's operations wait.
 */
final class MapWriter {
  private static final Logger log = LoggerFactory.getLogger(MapWriter.class);
  private static final int MAX_PENDING = 8192;
  private static final int MAX_AT_ONCE = 64;
  private static final Duration RETRY_PAUSE = Duration.ofMillis(20);

  private final Mirror mirror;
  private final Gate gate;
  private final long capacityBytes;
  private final Duration timeout;
  private final Semaphore pending = new Semaphore(MAX_PENDING);
  private final AtomicLong pendingBytes = new AtomicLong();
  private final Semaphore atOnce = new Semaphore(MAX_AT_ONCE);

  /**
   * A writer.
   *
   * @param capacityBytes how much the maps may hold, and how much may be on its way
   */
  MapWriter(Mirror mirror, Gate gate, long capacityBytes, Duration timeout) {
    this.mirror = mirror;
    this.gate = gate;
    this.capacityBytes = capacityBytes;
    this.timeout = timeout;
  }

  /**
   * Writes for a caller: needs the majority and room. The stage tells whether the record was newer.
   */
  CompletableFuture<Boolean> write(MirrorMap map, String key, Slot slot) {
    GridUnavailableException refusal = gate.refusal();
    if (refusal == null
        && !slot.isTombstone()
        && mirror.weight() + slot.weight(key) > capacityBytes) {
      refusal =
          unavailable(
              Reason.FULL,
              "the maps hold "
                  + mirror.weight()
                  + " bytes (expected: at most "
                  + capacityBytes
                  + ")");
    }
    return refusal == null
        ? enqueue(map, key, slot, true)
        : CompletableFuture.failedFuture(refusal);
  }

  /** Writes what the grid itself needs written: on this side, majority or not. */
  CompletableFuture<Boolean> writeAnyway(MirrorMap map, String key, Slot slot) {
    return enqueue(map, key, slot, false);
  }

  private CompletableFuture<Boolean> enqueue(
      MirrorMap map, String key, Slot slot, boolean needsMajority) {
    IgniteSession session = gate.session();
    if (session == null) {
      return CompletableFuture.failedFuture(
          unavailable(Reason.RESTARTING, "Ignite is being restarted"));
    }
    long weight = slot.weight(key);
    if (!pending.tryAcquire()) {
      return CompletableFuture.failedFuture(busy());
    }
    if (pendingBytes.addAndGet(weight) > capacityBytes) {
      release(weight);
      return CompletableFuture.failedFuture(busy());
    }
    CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    long deadline = System.nanoTime() + timeout.toNanos();
    CompletableFuture<Boolean> timed = outcome.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS);
    Thread.ofVirtual()
        .name("brink-grid-write")
        .start(
            () -> {
              try {
                outcome.complete(
                    new Attempt(session, map, key, slot, deadline, needsMajority).run());
              } catch (RuntimeException | Error e) {
                outcome.completeExceptionally(e);
              } finally {
                release(weight);
              }
            });
    return withReasons(timed, map, key);
  }

  private CompletableFuture<Boolean> withReasons(
      CompletableFuture<Boolean> outcome, MirrorMap map, String key) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    var _ =
        outcome.whenComplete(
            (newer, failure) -> {
              switch (failure) {
                case null -> result.complete(newer);
                case GridUnavailableException e -> result.completeExceptionally(e);
                case TimeoutException e ->
                    result.completeExceptionally(
                        new GridUnavailableException(
                            Reason.TIMEOUT,
                            "write of %s/%s took more than %d ms"
                                .formatted(map.name(), key, timeout.toMillis()),
                            e));
                default ->
                    result.completeExceptionally(
                        new GridUnavailableException(
                            Reason.FAILED,
                            "write of %s/%s failed: %s".formatted(map.name(), key, failure),
                            failure));
              }
            });
    return result;
  }

  private void release(long weight) {
    pendingBytes.addAndGet(-weight);
    pending.release();
  }

  private static GridUnavailableException busy() {
    return unavailable(Reason.BUSY, "too many writes are on their way");
  }

  private static GridUnavailableException unavailable(Reason reason, String message) {
    return new GridUnavailableException(reason, message);
  }

  /** One write, tried until it is decided or its time is over. */
  private final class Attempt {
    private final IgniteSession session;
    private final MirrorMap map;
    private final String key;
    private final Slot slot;
    private final long deadline;
    private final boolean needsMajority;

    Attempt(
        IgniteSession session,
        MirrorMap map,
        String key,
        Slot slot,
        long deadline,
        boolean needsMajority) {
      this.session = session;
      this.map = map;
      this.key = key;
      this.slot = slot;
      this.deadline = deadline;
      this.needsMajority = needsMajority;
    }

    boolean run() {
      atOnce.acquireUninterruptibly();
      try {
        boolean newer = store();
        if (needsMajority && !gate.majority(session)) {
          throw session.stopped()
              ? unavailable(
                  Reason.RESTARTING, "Ignite was stopped while " + what() + " was written")
              : unavailable(
                  Reason.MINORITY, "the majority was lost while " + what() + " was written");
        }
        return newer;
      } finally {
        atOnce.release();
      }
    }

    private boolean store() {
      byte[] bytes = Wire.encode(slot);
      String storedKey = Mirror.storedKey(map.name(), key);
      boolean expectAbsent = map.get(key) == null;
      boolean inDoubt = false;
      while (true) {
        try {
          Boolean newer = storeOnce(storedKey, bytes, expectAbsent, inDoubt);
          if (newer != null) {
            return newer;
          }
        } catch (CacheException | IgniteException | IllegalStateException e) {
          inDoubt = true;
          pauseAfter(e);
        }
        expectAbsent = false;
        if (System.nanoTime() - deadline > 0) {
          throw unavailable(Reason.TIMEOUT, "others wrote " + storedKey + " all the time");
        }
      }
    }

    /** Null when another writer came between. */
    private @Nullable Boolean storeOnce(
        String storedKey, byte[] bytes, boolean expectAbsent, boolean inDoubt) {
      IgniteCache<String, byte[]> cache = session.cache();
      byte[] present = expectAbsent ? null : cache.get(storedKey);
      if (present != null) {
        Slot stored = decoded(storedKey, present);
        if (stored != null && !slot.stamp().isAfter(stored.stamp())) {
          mirror.applied(map, key, stored);
          return inDoubt && stored.stamp().equals(slot.stamp());
        }
      }
      boolean set =
          present == null
              ? cache.putIfAbsent(storedKey, bytes)
              : cache.replace(storedKey, present, bytes);
      if (!set) {
        return null;
      }
      mirror.applied(map, key, slot);
      return true;
    }

    private void pauseAfter(RuntimeException failure) {
      if (gate.session() != session) {
        throw new GridUnavailableException(
            Reason.RESTARTING, "Ignite was restarted while " + what() + " was written", failure);
      }
      if (System.nanoTime() - deadline > 0) {
        throw failure;
      }
      try {
        Thread.sleep(RETRY_PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failure;
      }
    }

    private String what() {
      return map.name() + "/" + key;
    }

    private @Nullable Slot decoded(String storedKey, byte[] bytes) {
      try {
        return Wire.decode(bytes);
      } catch (MalformedRecordException e) {
        log.warn("record {} in the grid is malformed and is overwritten", storedKey, e);
        return null;
      }
    }
  }
}
