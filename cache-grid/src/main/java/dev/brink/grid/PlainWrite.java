package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import java.util.function.Supplier;
import org.apache.ignite.transactions.Transaction;
import org.apache.ignite.transactions.TransactionConcurrency;
import org.apache.ignite.transactions.TransactionIsolation;
import org.jspecify.annotations.Nullable;

/**
 * A write of one key whatever it holds. It does not look first. But when it fails, the next attempt
 * locks the key and reads it: it has been done when the record there is its own, and it is done
 * again only if Ignite has said that it was not. One for each call, which may {@linkplain #run run}
 * it again; for one thread.
 */
final class PlainWrite {
  private final String key;
  private final Stamp version;
  private final WriteOutcome outcome = new WriteOutcome();
  private @Nullable StoredValue value;
  private boolean failed;

  /** Writes, and gives back what was there, if it is known. */
  @FunctionalInterface
  interface Write {
    byte @Nullable [] run();
  }

  PlainWrite(String key, Stamp version) {
    this.key = key;
    this.version = version;
  }

  /** The stored key. */
  String key() {
    return key;
  }

  /** The version of what it writes. */
  Stamp version() {
    return version;
  }

  WriteOutcome outcome() {
    return outcome;
  }

  /** What it writes, the same at each attempt; chunks that nobody refers to yet stay. */
  StoredValue value(Supplier<StoredValue> first) {
    StoredValue present = value;
    if (present == null) {
      present = first.get();
      value = present;
    }
    return present;
  }

  /**
   * Does it, unless it has been done.
   *
   * @return what was there, if it is known
   * @throws GridUnavailableException when an attempt before may have done it
   */
  byte @Nullable [] run(StoreCaches caches, Deadline deadline, Write write) {
    if (failed) {
      return again(caches, deadline, write);
    }
    outcome.sent();
    try {
      return write.run();
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  private byte @Nullable [] again(StoreCaches caches, Deadline deadline, Write write) {
    try (Transaction transaction =
        caches
            .ignite()
            .transactions()
            .txStart(
                TransactionConcurrency.PESSIMISTIC,
                TransactionIsolation.REPEATABLE_READ,
                deadline.leftMillis(),
                1)) {
      if (done(caches.records().get(key))) {
        return null;
      }
      byte[] before = write.run();
      outcome.sent();
      try {
        transaction.commit();
      } catch (RuntimeException e) {
        throw failed(e);
      }
      return before;
    }
  }

  /** Whether an attempt before did it, now that the key is locked. */
  private boolean done(byte @Nullable [] bytes) {
    if (bytes != null && StoredValue.decode(key, bytes).version().equals(version)) {
      return true;
    }
    if (!outcome.unknown()) {
      return false;
    }
    if (bytes == null && value == null) {
      return true; // it was to be removed
    }
    throw KeyValueCalls.unavailable(
        Reason.FAILED, "a write may have been done, or not: read before trying again", null);
  }

  private RuntimeException failed(RuntimeException failure) {
    failed = true;
    if (WriteOutcome.rolledBack(failure)) {
      outcome.notDone();
    }
    return failure;
  }
}
