package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import javax.cache.CacheException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.transactions.Transaction;
import org.apache.ignite.transactions.TransactionConcurrency;
import org.apache.ignite.transactions.TransactionIsolation;
import org.jspecify.annotations.Nullable;

/**
 * Steps that are done together: the keys are locked in order and read, the checks made, the writes
 * written, all in one pessimistic transaction. When a commit fails, the records tell whether it was
 * done: each carries the version of the write that made it.
 */
final class KeyValueTransaction {
  private final Stamp version;
  private final List<Step> steps;
  private final LongSupplier nowMillis;

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

  KeyValueTransaction(Stamp version, List<Step> steps, LongSupplier nowMillis) {
    this.version = version;
    this.steps = steps;
    this.nowMillis = nowMillis;
  }

  /** Does them; null when a check failed and nothing was done. */
  @Nullable Done run(StoreCaches caches, Deadline deadline) {
    TreeSet<String> keys = new TreeSet<>();
    steps.forEach(step -> keys.add(step.key()));
    Done done = null;
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
      Done planned = plan(before);
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
      done = planned;
      transaction.commit();
      return planned;
    } catch (CacheException | IgniteException e) {
      if (done == null || !wasDone(caches, done, e)) {
        throw e;
      }
      return done;
    }
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

  private @Nullable Done plan(Map<String, StoredValue> before) {
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
   * Whether a commit that failed was done after all.
   *
   * @throws GridUnavailableException when that cannot be told
   */
  private boolean wasDone(StoreCaches caches, Done done, RuntimeException failure) {
    for (Map.Entry<String, @Nullable StoredValue> wanted : done.after.entrySet()) {
      StoredValue value = wanted.getValue();
      if (value == null) {
        continue;
      }
      byte[] bytes = caches.records().get(wanted.getKey());
      StoredValue stored = bytes == null ? null : StoredValue.decode(wanted.getKey(), bytes);
      if (stored != null && stored.version().equals(version)) {
        return true;
      }
      StoredValue before = done.before.get(wanted.getKey());
      Stamp then = before == null ? null : before.version();
      Stamp now = stored == null ? null : stored.version();
      if (java.util.Objects.equals(then, now)) {
        return false;
      }
    }
    throw KeyValueCalls.unavailable(
        Reason.FAILED, "a write may have been done, or not: read before trying again", failure);
  }
}
