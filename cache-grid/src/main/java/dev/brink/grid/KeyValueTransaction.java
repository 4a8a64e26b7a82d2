package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.apache.ignite.transactions.Transaction;
import org.apache.ignite.transactions.TransactionConcurrency;
import org.apache.ignite.transactions.TransactionIsolation;
import org.jspecify.annotations.Nullable;

/**
 * Steps that are done together: the keys are locked in order and read, the checks made, the writes
 * written, all in one pessimistic transaction. When a commit fails, the next attempt finds out
 * whether it was done once it has the locks: each record carries the version of the write that made
 * it. One for each call, which may {@linkplain #run run} it again; for one thread.
 */
final class KeyValueTransaction {
  private final Stamp version;
  private final LongSupplier nowMillis;
  private final WriteOutcome outcome = new WriteOutcome();

  /** What was to be committed when the outcome got lost. */
  private @Nullable Done tried;

  /** One step, on the stored key. */
  sealed interface Step {
    String key();

    record Check(String key, Optional<Stamp> version) implements Step {}

    record Put(String key, StoredValue value) implements Step {}

    record Delete(String key) implements Step {}

    record Increment(String key, long by, long expiresMillis, String metadata) implements Step {}
  }

  /**
   * What was done.
   *
   * @param before what the keys held
   * @param after what the written keys hold, null for nothing
   */
  record Done(Map<String, StoredValue> before, Map<String, @Nullable StoredValue> after) {}

  KeyValueTransaction(Stamp version, LongSupplier nowMillis) {
    this.version = version;
    this.nowMillis = nowMillis;
  }

  /** The version of what it writes. */
  Stamp version() {
    return version;
  }

  WriteOutcome outcome() {
    return outcome;
  }

  /**
   * Does the steps, the same each time; null when a check failed and nothing was done.
   *
   * @throws GridUnavailableException when an attempt before may have done them
   */
  @Nullable Done run(StoreCaches caches, List<Step> steps, Deadline deadline) {
    TreeSet<String> keys = new TreeSet<>();
    steps.forEach(step -> keys.add(step.key()));
    try (Transaction transaction =
        caches
            .ignite()
            .transactions()
            .txStart(
                TransactionConcurrency.PESSIMISTIC,
                TransactionIsolation.REPEATABLE_READ,
                deadline.leftMillis(),
                keys.size())) {
      Map<String, StoredValue> before = live(caches.records().getAll(keys));
      if (tried != null) {
        Done done = done(tried, before);
        if (done != null) {
          return done;
        }
        notDone();
      }
      Done planned = plan(steps, before);
      if (planned == null) {
        return null;
      }
      planned.after.forEach(
          (key, value) -> {
            if (value == null) {
              caches.records().remove(key);
            } else {
              KeyValueStore.write(caches, key, value, nowMillis.getAsLong());
            }
          });
      tried = planned;
      outcome.sent();
      try {
        transaction.commit();
      } catch (RuntimeException e) {
        if (WriteOutcome.rolledBack(e)) {
          notDone();
        }
        throw e;
      }
      return planned;
    }
  }

  private void notDone() {
    tried = null;
    outcome.notDone();
  }

  private Map<String, StoredValue> live(Map<String, byte[]> stored) {
    Map<String, StoredValue> live = HashMap.newHashMap(stored.size());
    long now = nowMillis.getAsLong();
    stored.forEach(
        (key, bytes) -> {
          StoredValue value = StoredValue.decode(key, bytes);
          if (!value.expired(now)) {
            live.put(key, value);
          }
        });
    return live;
  }

  private @Nullable Done plan(List<Step> steps, Map<String, StoredValue> before) {
    Map<String, @Nullable StoredValue> after = new HashMap<>();
    for (Step step : steps) {
      StoredValue present = before.get(step.key());
      switch (step) {
        case Step.Check(String key, Optional<Stamp> expected) -> {
          Stamp actual = present == null ? null : present.version();
          if (!Optional.ofNullable(actual).equals(expected)) {
            return null;
          }
        }
        case Step.Put(String key, StoredValue value) -> after.put(key, value);
        case Step.Delete(String key) -> after.put(key, null);
        case Step.Increment increment ->
            after.put(increment.key(), incremented(increment, present));
      }
    }
    return new Done(before, after);
  }

  private StoredValue incremented(Step.Increment increment, @Nullable StoredValue present) {
    long from = 0;
    if (present != null) {
      byte[] text = present.inline();
      try {
        from = Long.parseLong(text == null ? "" : new String(text, StandardCharsets.US_ASCII));
      } catch (NumberFormatException e) {
        throw new NotACounterException(Namespace.keyOf(increment.key()), "holds something else");
      }
    }
    long sum;
    try {
      sum = Math.addExact(from, increment.by());
    } catch (ArithmeticException e) {
      throw new NotACounterException(Namespace.keyOf(increment.key()), "would overflow");
    }
    return new StoredValue(
        version,
        increment.metadata(),
        increment.expiresMillis(),
        Long.toString(sum).getBytes(StandardCharsets.US_ASCII),
        null);
  }

  /**
   * What an attempt before this one has done, now that the keys are locked and its outcome is
   * certain; null when it did nothing: a record that it was to replace is still there, and no
   * version comes twice. That a key still holds nothing proves nothing, as what was put there may
   * have been removed.
   *
   * @throws GridUnavailableException when others wrote since, so that it cannot be told
   */
  private @Nullable Done done(Done tried, Map<String, StoredValue> present) {
    Map<String, @Nullable StoredValue> after = new HashMap<>();
    boolean written = false;
    boolean unchanged = false;
    boolean nothingToDo = true;
    for (Map.Entry<String, @Nullable StoredValue> write : tried.after.entrySet()) {
      StoredValue value = present.get(write.getKey());
      Stamp before = version(tried.before.get(write.getKey()));
      Stamp now = version(value);
      after.put(write.getKey(), value);
      written |= version.equals(now);
      unchanged |= before != null && before.equals(now);
      nothingToDo &= before == null && write.getValue() == null;
    }
    if (written) {
      return new Done(tried.before, after);
    }
    if (unchanged || nothingToDo) {
      return null;
    }
    throw KeyValueCalls.unavailable(
        Reason.FAILED, "a write may have been done, or not: read before trying again", null);
  }

  private static @Nullable Stamp version(@Nullable StoredValue value) {
    return value == null ? null : value.version();
  }
}
