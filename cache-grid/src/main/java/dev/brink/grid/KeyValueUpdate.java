package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Reads a value, has it changed, and writes it if nobody else has meanwhile; else once more. */
final class KeyValueUpdate {
  private static final int MAX_TRIES = 32;
  private static final int MAX_PAUSE_MILLIS = 64;
  private static final Optional<Stamp> EMPTY = Optional.empty();

  private final KeyValue values;
  private final String key;
  private final WriteOptions options;
  private final Function<Optional<KeyValueEntry>, Optional<byte[]>> change;

  KeyValueUpdate(
      KeyValue values,
      String key,
      WriteOptions options,
      Function<Optional<KeyValueEntry>, Optional<byte[]>> change) {
    this.values = values;
    this.key = key;
    this.options = options;
    this.change = change;
  }

  /** The version written, or empty when the key has no value now. */
  CompletionStage<Optional<Stamp>> run() {
    return attempt(1);
  }

  private CompletionStage<Optional<Stamp>> attempt(int number) {
    return values.get(key).thenCompose(found -> write(found, change.apply(found), number));
  }

  private CompletionStage<Optional<Stamp>> write(
      Optional<KeyValueEntry> found, Optional<byte[]> changed, int number) {
    if (found.isEmpty() && changed.isEmpty()) {
      return CompletableFuture.completedFuture(EMPTY);
    }
    Optional<Stamp> before = found.map(KeyValueEntry::version);
    CompletionStage<Optional<Stamp>> written =
        changed.isPresent()
            ? values.compareAndSet(key, before, changed.get(), options)
            : values.atomic(
                List.of(new KeyValueWrite.Check(key, before), new KeyValueWrite.Delete(key)));
    return written.thenCompose(
        version -> {
          if (version.isPresent()) {
            return CompletableFuture.completedFuture(changed.isPresent() ? version : EMPTY);
          }
          if (number == MAX_TRIES) {
            return CompletableFuture.failedFuture(
                new GridUnavailableException(
                    Reason.BUSY, "update of " + key + ": others were first " + number + " times"));
          }
          return pause(number).thenCompose(nothing -> attempt(number + 1));
        });
  }

  private static CompletableFuture<Void> pause(int number) {
    int most = Math.min(MAX_PAUSE_MILLIS, 1 << Math.min(number, 6));
    return CompletableFuture.runAsync(
        () -> {},
        CompletableFuture.delayedExecutor(
            ThreadLocalRandom.current().nextInt(most), TimeUnit.MILLISECONDS));
  }
}
