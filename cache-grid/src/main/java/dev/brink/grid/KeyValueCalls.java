package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import javax.cache.CacheException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.internal.mem.IgniteOutOfMemoryException;
import org.apache.ignite.internal.processors.cache.CacheInvalidStateException;
import org.jspecify.annotations.Nullable;

/**
 * Carries out calls into Ignite, which wait, on virtual threads: bounded in number and bytes, each
 * with a deadline, tried again while what failed may be tried again.
 */
final class KeyValueCalls implements AutoCloseable {
  private static final int MAX_PENDING = 8192;
  private static final int MAX_AT_ONCE = 128;
  private static final long MAX_PENDING_BYTES = 128L << 20;
  private static final Duration RETRY_PAUSE = Duration.ofMillis(20);

  /** Of calls that write nothing. */
  private static final WriteOutcome NOTHING_WRITTEN = new WriteOutcome();

  private final KeyValuePlace place;
  private final Semaphore pending = new Semaphore(MAX_PENDING);
  private final Semaphore atOnce = new Semaphore(MAX_AT_ONCE);
  private final AtomicLong pendingBytes = new AtomicLong();
  private final LongAdder failures = new LongAdder();
  private final CallTimeouts timeouts = new CallTimeouts();

  /** What to do; may be done more than once when Ignite fails in between. */
  @FunctionalInterface
  interface Operation<T> {
    T run(StoreCaches caches, Deadline deadline);
  }

  /** One that also waits for something else than Ignite. */
  @FunctionalInterface
  interface LongOperation<T> {
    T run(StoreCaches caches, Deadline deadline, Turn turn);
  }

  KeyValueCalls(KeyValuePlace place) {
    this.place = place;
  }

  /**
   * Waits, on a virtual thread, for what a call needs before it can start.
   *
   * @param waiting ends by itself in time
   */
  <T> CompletionStage<T> prepare(String what, Supplier<T> waiting) {
    CompletableFuture<T> outcome = new CompletableFuture<>();
    GridUnavailableException refusal = place.refusal();
    if (refusal != null) {
      fail(outcome, refusal);
      return outcome;
    }
    Thread.ofVirtual()
        .name("brink-kv-intake")
        .start(
            () -> {
              try {
                outcome.complete(waiting.get());
              } catch (RuntimeException | Error e) {
                fail(outcome, told(what, e, NOTHING_WRITTEN));
              }
            });
    return outcome;
  }

  <T> CompletionStage<T> start(String what, long bytes, Deadline deadline, Operation<T> operation) {
    return start(what, bytes, deadline, (caches, by, turn) -> operation.run(caches, by));
  }

  <T> CompletionStage<T> start(
      String what, long bytes, Deadline deadline, LongOperation<T> operation) {
    return start(what, bytes, deadline, NOTHING_WRITTEN, operation);
  }

  /**
   * Starts a call.
   *
   * @param what for messages
   * @param bytes that it holds on to
   * @param outcome told by the operation, and asked when it fails
   */
  <T> CompletionStage<T> start(
      String what,
      long bytes,
      Deadline deadline,
      WriteOutcome outcome,
      LongOperation<T> operation) {
    GridUnavailableException refusal = place.refusal();
    if (refusal == null && !pending.tryAcquire()) {
      refusal = busy();
    } else if (refusal == null && !take(bytes)) {
      pending.release();
      refusal = busy();
    }
    if (refusal != null) {
      failures.increment();
      return CompletableFuture.failedFuture(refusal);
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    CallTimeouts.Call call =
        timeouts.began(
            deadline,
            () ->
                fail(
                    result,
                    told(
                        what,
                        unavailable(Reason.TIMEOUT, what + ": not done in time", null),
                        outcome)));
    Thread.ofVirtual()
        .name("brink-kv")
        .start(
            () -> {
              try {
                T value = attempt(what, deadline, operation);
                timeouts.ended(call);
                result.complete(value);
              } catch (RuntimeException | Error e) {
                timeouts.ended(call);
                fail(result, told(what, e, outcome));
              } finally {
                release(bytes);
              }
            });
    return result;
  }

  /**
   * Has a call hold on to so many bytes more, once others hold few enough; {@link #letGo} has to
   * follow. Leaves the call's place to others meanwhile.
   */
  void hold(String what, long bytes, Deadline deadline, Turn turn) {
    while (!take(bytes)) {
      turn.without(
          () -> {
            pauseOrGiveUp(what + ": others hold too much", deadline, null);
            return bytes;
          });
    }
  }

  /** Only what there is room for: not for a moment do others find less. */
  private boolean take(long bytes) {
    long before = pendingBytes.get();
    while (before + bytes <= MAX_PENDING_BYTES) {
      long witness = pendingBytes.compareAndExchange(before, before + bytes);
      if (witness == before) {
        return true;
      }
      before = witness;
    }
    return false;
  }

  void letGo(long bytes) {
    pendingBytes.addAndGet(-bytes);
  }

  private void fail(CompletableFuture<?> outcome, Throwable failure) {
    if (outcome.completeExceptionally(failure)) {
      failures.increment();
    }
  }

  long pending() {
    return (long) MAX_PENDING - pending.availablePermits();
  }

  long failures() {
    return failures.sum();
  }

  private <T> T attempt(String what, Deadline deadline, LongOperation<T> operation) {
    try (Turn turn = new Turn(atOnce, what, deadline)) {
      while (true) {
        StoreCaches caches = place.caches();
        if (caches == null) {
          throw unavailable(Reason.RESTARTING, what + ": Ignite is being restarted", null);
        }
        try {
          T result = operation.run(caches, deadline, turn);
          if (!place.holds(caches)) {
            throw unavailable(Reason.MINORITY, what + ": the majority was lost meanwhile", null);
          }
          return result;
        } catch (CacheException | IgniteException | IllegalStateException e) {
          GridUnavailableException known = known(what, caches, e);
          if (known != null) {
            throw known;
          }
          pauseOrGiveUp(what, deadline, e);
        }
      }
    }
  }

  /** What cannot be mended by trying again at once; null for what may. */
  private @Nullable GridUnavailableException known(
      String what, StoreCaches caches, RuntimeException failure) {
    if (place.caches() != caches) {
      return unavailable(Reason.RESTARTING, what + ": Ignite was restarted meanwhile", failure);
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof IgniteOutOfMemoryException) {
        return unavailable(Reason.FULL, what + ": the memory for values is full", failure);
      }
      if (cause instanceof CacheInvalidStateException) {
        return unavailable(
            Reason.MINORITY, what + ": too few of the members that hold the key", failure);
      }
    }
    return null;
  }

  /** Waits a little before the next attempt. */
  static void pauseOrGiveUp(String what, Deadline deadline, @Nullable RuntimeException failure) {
    pauseOrGiveUp(what, deadline, RETRY_PAUSE, failure);
  }

  static void pauseOrGiveUp(
      String what, Deadline deadline, Duration pause, @Nullable RuntimeException failure) {
    if (deadline.passed()) {
      throw unavailable(Reason.TIMEOUT, what + ": not done in time", failure);
    }
    try {
      Thread.sleep(pause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(Reason.STOPPED, what + ": interrupted", failure);
    }
  }

  private static Throwable told(String what, Throwable failure, WriteOutcome outcome) {
    Throwable told =
        failure instanceof GridException
            ? failure
            : unavailable(Reason.FAILED, what + ": " + failure.getMessage(), failure);
    return outcome.end() && told instanceof GridUnavailableException unavailable
        ? unavailable.afterUnknownOutcome()
        : told;
  }

  private void release(long bytes) {
    pendingBytes.addAndGet(-bytes);
    pending.release();
  }

  private static GridUnavailableException busy() {
    return unavailable(Reason.BUSY, "too many calls are on their way", null);
  }

  static GridUnavailableException unavailable(
      Reason reason, String message, @Nullable Throwable cause) {
    return new GridUnavailableException(reason, message, cause);
  }

  @Override
  public void close() {
    timeouts.close();
  }
}
