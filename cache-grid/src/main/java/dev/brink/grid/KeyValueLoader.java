package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import dev.brink.grid.GridUnavailableException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A namespace whose values are made when they are missing: what Caffeine calls a loading cache, and
 * JCache read-through, over the whole grid.
 *
 * <p>All who ask this loader for a missing key at the same time share one load. Loaders on several
 * nodes may load at the same time; the value that is stored first is what all of them return. A
 * load that fails fails all who wait for it, and stores nothing.
 *
 * <p>Thread-safe. No method waits.
 */
public final class KeyValueLoader {
  /** How many loads may be under way. */
  public static final int MAX_LOADS = 1000;

  private static final Duration LOAD_LIMIT = Duration.ofSeconds(30);

  private final KeyValue values;
  private final ReadMode mode;
  private final WriteOptions options;
  private final Function<String, ? extends CompletionStage<byte[]>> load;
  private final ConcurrentHashMap<String, CompletableFuture<KeyValueEntry>> loads =
      new ConcurrentHashMap<>();

  private KeyValueLoader(
      KeyValue values,
      ReadMode mode,
      WriteOptions options,
      Function<String, ? extends CompletionStage<byte[]>> load) {
    this.values = requireNonNull(values, "values");
    this.mode = requireNonNull(mode, "mode");
    this.options = requireNonNull(options, "options");
    this.load = requireNonNull(load, "load");
  }

  /**
   * A loader.
   *
   * @param mode how values are read that are there
   * @param options what loaded values are written with, such as their expiry
   * @param load makes the value of a key, in 30 s at most; must not block, and may be called on any
   *     thread
   */
  public static KeyValueLoader of(
      KeyValue values,
      ReadMode mode,
      WriteOptions options,
      Function<String, ? extends CompletionStage<byte[]>> load) {
    return new KeyValueLoader(values, mode, options, load);
  }

  /**
   * The value of a key, made now if it has none. Fails with what the load fails with, or as {@link
   * KeyValue} does; with {@link GridUnavailableException} and {@code BUSY} while {@value
   * #MAX_LOADS} loads are under way.
   */
  public CompletionStage<KeyValueEntry> get(String key) {
    return values
        .get(key, mode)
        .thenCompose(
            found -> found.map(CompletableFuture::completedFuture).orElseGet(() -> loaded(key)));
  }

  /** Loads a key whether it has a value or not, and stores what comes, as a refresh does. */
  public CompletionStage<KeyValueEntry> refresh(String key) {
    KeyCodec.check(key);
    return made(key).thenCompose(value -> put(key, value));
  }

  private CompletableFuture<KeyValueEntry> loaded(String key) {
    var mine = new CompletableFuture<KeyValueEntry>();
    CompletableFuture<KeyValueEntry> other = loads.putIfAbsent(key, mine);
    if (other != null) {
      return other.thenApply(KeyValueEntry::again);
    }
    var _ = mine.whenComplete((entry, failure) -> loads.remove(key, mine));
    if (loads.size() > MAX_LOADS) {
      mine.completeExceptionally(
          new GridUnavailableException(Reason.BUSY, "too many loads are under way"));
      return mine.thenApply(KeyValueEntry::again);
    }
    var _ =
        made(key)
            .thenCompose(value -> stored(key, value))
            .whenComplete(
                (entry, failure) -> {
                  if (failure == null) {
                    mine.complete(entry);
                  } else {
                    mine.completeExceptionally(
                        failure instanceof CompletionException && failure.getCause() != null
                            ? failure.getCause()
                            : failure);
                  }
                });
    return mine.thenApply(KeyValueEntry::again);
  }

  /** What the function makes, in time. */
  private CompletionStage<byte[]> made(String key) {
    CompletableFuture<byte @Nullable []> making = new CompletableFuture<>();
    try {
      var _ =
          requireNonNull(load.apply(key), "what load returned")
              .whenComplete(
                  (value, failure) -> {
                    if (failure == null) {
                      making.complete(value);
                    } else {
                      making.completeExceptionally(failure);
                    }
                  });
    } catch (RuntimeException | Error e) {
      making.completeExceptionally(e);
    }
    return making
        .orTimeout(LOAD_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(
            value -> {
              if (value == null) {
                throw new IllegalStateException(
                    "load of " + key + ": null (expected: a value, or a failure)");
              }
              return value;
            });
  }

  /** Stores what was made, or finds what another node was first to store. */
  private CompletionStage<KeyValueEntry> stored(String key, byte[] value) {
    WriteOptions written = written();
    return values
        .compareAndSet(key, Optional.empty(), value, written)
        .thenCompose(
            version ->
                version.isPresent()
                    ? CompletableFuture.completedFuture(entry(key, version.get(), value, written))
                    : values
                        .get(key)
                        .thenCompose(
                            // It may be gone again.
                            found ->
                                found
                                    .map(CompletableFuture::completedFuture)
                                    .orElseGet(() -> put(key, value).toCompletableFuture())));
  }

  private CompletionStage<KeyValueEntry> put(String key, byte[] value) {
    WriteOptions written = written();
    return values
        .put(key, value, written)
        .thenApply(version -> entry(key, version, value, written));
  }

  /** The options with the moment at which a value written now goes away. */
  private WriteOptions written() {
    long expires = options.expiresMillis(System.currentTimeMillis());
    return expires == 0 ? options : options.expiringAt(Instant.ofEpochMilli(expires));
  }

  private static KeyValueEntry entry(
      String key, Stamp version, byte[] value, WriteOptions written) {
    long expires = written.expiresMillis(0);
    return new KeyValueEntry(
        new KeyInfo(key, version, written.metadata(), expires, value.length),
        value,
        BlobStream.of(value));
  }
}
