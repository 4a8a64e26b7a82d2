package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import dev.brink.grid.KeyValueStore.Incoming;
import dev.brink.grid.KeyValueTransaction.Done;
import dev.brink.grid.KeyValueTransaction.Step;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One namespace of a store: checks what it is given, starts calls, and gives back what they say.
 */
final class KeyValueNamespace implements KeyValue {
  private final Namespace namespace;
  private final String prefix;
  private final KeyValueEngine engine;
  private final Duration timeout;

  KeyValueNamespace(Namespace namespace, KeyValueEngine engine, Duration timeout) {
    this.namespace = namespace;
    this.prefix = namespace.prefix();
    this.engine = engine;
    this.timeout = timeout;
  }

  @Override
  public Namespace namespace() {
    return namespace;
  }

  @Override
  public KeyValue withTimeout(Duration other) {
    return new KeyValueNamespace(
        namespace,
        engine,
        Bounds.duration("timeout", other, Duration.ofMillis(10), Duration.ofMinutes(10)));
  }

  @Override
  public Optional<UUID> owner(String key) {
    KeyCodec.check(key);
    return engine.owners().of(prefix + key);
  }

  @Override
  public CompletionStage<Optional<KeyValueEntry>> get(String key, ReadMode mode) {
    return read(key, mode, true).entry();
  }

  @Override
  public KeyRead read(String key, ReadMode mode) {
    return read(key, mode, false);
  }

  private KeyRead read(String key, ReadMode mode, boolean whole) {
    KeyCodec.check(key);
    String stored = prefix + key;
    engine.reads().increment();
    LocalCopies.Copy copy =
        mode.maxStaleness().isZero() ? null : engine.copy(stored, mode.maxStaleness().toNanos());
    if (copy != null) {
      StoredValue value = copy.value();
      if (value == null || value.expired(engine.store().nowMillis())) {
        engine.localReads().increment();
        return new KeyRead(true, CompletableFuture.completedFuture(Optional.empty()));
      }
      if (value.blob() == null) {
        engine.localReads().increment();
        return new KeyRead(
            true, CompletableFuture.completedFuture(Optional.of(inline(key, value))));
      }
    }
    return new KeyRead(
        false,
        engine
            .calls()
            .start(
                "read of " + namespace + "/" + key,
                whole ? KeyValueBlobs.INLINE_BYTES : 0,
                Deadline.in(timeout),
                (caches, deadline, turn) -> read(caches, key, whole, deadline, turn)));
  }

  private Optional<KeyValueEntry> read(
      StoreCaches caches, String key, boolean whole, Deadline deadline, Turn turn) {
    Stamp incomplete = null;
    while (true) {
      StoredValue value = engine.store().read(caches, prefix + key);
      if (value == null) {
        return Optional.empty();
      }
      StoredValue.Blob blob = value.blob();
      if (blob == null) {
        return Optional.of(inline(key, value));
      }
      if (!whole) {
        BlobStream stream = new BlobStream(blob.chunks(), i -> KeyValueBlobs.read(caches, blob, i));
        return Optional.of(new KeyValueEntry(value.info(key), null, stream));
      }
      byte[] bytes = readAll(caches, key, blob, deadline, turn);
      if (bytes != null) {
        return Optional.of(new KeyValueEntry(value.info(key), bytes, BlobStream.of(bytes)));
      }
      if (value.version().equals(incomplete)) {
        throw new GridException(
            "the value of " + key + " is not whole: the members that held a part of it are gone");
      }
      incomplete = value.version();
      KeyValueCalls.pauseOrGiveUp(key + " was replaced all the time", deadline, null);
    }
  }

  private byte @Nullable [] readAll(
      StoreCaches caches, String key, StoredValue.Blob blob, Deadline deadline, Turn turn) {
    engine.calls().hold("read of " + namespace + "/" + key, blob.bytes(), deadline, turn);
    try {
      return KeyValueBlobs.readAll(caches, blob);
    } finally {
      engine.calls().letGo(blob.bytes());
    }
  }

  private static KeyValueEntry inline(String key, StoredValue value) {
    byte[] bytes = requireNonNull(value.inline());
    return new KeyValueEntry(value.info(key), bytes, BlobStream.of(bytes));
  }

  @Override
  public CompletionStage<Stamp> put(String key, byte[] value, WriteOptions options) {
    KeyCodec.check(key);
    requireNonNull(options, "options");
    if (value.length > MAX_VALUE_BYTES) {
      return CompletableFuture.failedFuture(new ValueTooLargeException(MAX_VALUE_BYTES));
    }
    PlainWrite put = engine.store().write(prefix + key);
    return write(
        "put of " + namespace + "/" + key,
        value.length,
        put.outcome(),
        (caches, deadline) ->
            engine.store().put(caches, put, () -> Incoming.of(value), options, deadline));
  }

  @Override
  public CompletionStage<Stamp> put(
      String key, Flow.Publisher<ByteBuf> value, WriteOptions options) {
    KeyCodec.check(key);
    requireNonNull(options, "options");
    requireNonNull(value, "value");
    String what = "put of " + namespace + "/" + key;
    Deadline deadline = Deadline.in(timeout);
    Uploads.Upload upload = engine.uploads().begin(namespace.tenant());
    BodyIntake intake = new BodyIntake(value, MAX_VALUE_BYTES, upload);
    CompletionStage<Stamp> put =
        write(
            () ->
                engine
                    .calls()
                    .prepare(what, () -> intake.next(KeyValueBlobs.CHUNK_BYTES, deadline))
                    .thenCompose(first -> put(what, key, first, intake, options, deadline)));
    var _ = put.whenComplete((version, failure) -> intake.close());
    return put;
  }

  /** Puts a value of which the first chunk has arrived; one that is whole as if it had been so. */
  private CompletionStage<Stamp> put(
      String what,
      String key,
      byte[] first,
      BodyIntake intake,
      WriteOptions options,
      Deadline deadline) {
    KeyValueStore store = engine.store();
    PlainWrite put = store.write(prefix + key);
    if (first.length < KeyValueBlobs.CHUNK_BYTES) {
      intake.close();
      return engine
          .calls()
          .start(
              what,
              first.length,
              deadline,
              put.outcome(),
              (caches, by, turn) -> store.put(caches, put, () -> Incoming.of(first), options, by));
    }
    Once<Incoming> incoming = new Once<>();
    return engine
        .calls()
        .start(
            what,
            0,
            deadline,
            put.outcome(),
            (caches, by, turn) ->
                store.put(
                    caches,
                    put,
                    () -> incoming.get(() -> Incoming.of(first, intake, by, turn)),
                    options,
                    by));
  }

  @Override
  public CompletionStage<byte[]> gather(Flow.Publisher<ByteBuf> value, int maxBytes) {
    requireNonNull(value, "value");
    Bounds.range("maxBytes", maxBytes, 0, MAX_VALUE_BYTES);
    Deadline deadline = Deadline.in(timeout);
    Uploads.Upload upload = engine.uploads().begin(namespace.tenant());
    BodyIntake intake = new BodyIntake(value, maxBytes, upload);
    // One more than may come: what is too long is seen to be.
    CompletionStage<byte[]> whole =
        engine.calls().prepare("value for " + namespace, () -> intake.next(maxBytes + 1, deadline));
    var _ = whole.whenComplete((bytes, failure) -> intake.close());
    return whole;
  }

  @Override
  public CompletionStage<Optional<Stamp>> compareAndSet(
      String key, Optional<Stamp> expected, byte[] value, WriteOptions options) {
    KeyCodec.check(key);
    requireNonNull(options, "options");
    if (value.length > MAX_VALUE_BYTES) {
      return CompletableFuture.failedFuture(new ValueTooLargeException(MAX_VALUE_BYTES));
    }
    return transact(
            "write of " + namespace + "/" + key,
            value.length,
            List.of(
                new KeyValueWrite.Check(key, expected), new KeyValueWrite.Put(key, value, options)))
        .thenApply(done -> done.map(Committed::version));
  }

  @Override
  public CompletionStage<Boolean> delete(String key) {
    KeyCodec.check(key);
    PlainWrite delete = engine.store().write(prefix + key);
    return write(
        "delete of " + namespace + "/" + key,
        0,
        delete.outcome(),
        (caches, deadline) -> engine.store().delete(caches, delete, deadline));
  }

  @Override
  public CompletionStage<Long> increment(String key, long by, WriteOptions options) {
    KeyCodec.check(key);
    requireNonNull(options, "options");
    String stored = prefix + key;
    KeyValueTransaction transaction = engine.store().transaction();
    return write(
        "increment of " + namespace + "/" + key,
        0,
        transaction.outcome(),
        (caches, deadline) -> {
          KeyValueStore store = engine.store();
          long expires = options.expiresMillis(store.nowMillis());
          Step step = new Step.Increment(stored, by, expires, options.metadata());
          Done done = store.transact(caches, transaction, List.of(step), deadline);
          return sum(requireNonNull(requireNonNull(done).after().get(stored)));
        });
  }

  private static Long sum(StoredValue counter) {
    return Long.valueOf(new String(requireNonNull(counter.inline()), StandardCharsets.US_ASCII));
  }

  @Override
  public CompletionStage<Optional<Stamp>> atomic(List<KeyValueWrite> steps) {
    Bounds.range("steps", steps.size(), 1, MAX_ATOMIC_STEPS);
    Set<String> written = new HashSet<>();
    long bytes = 0;
    for (KeyValueWrite step : steps) {
      KeyCodec.check(step.key());
      if (!(step instanceof KeyValueWrite.Check) && !written.add(step.key())) {
        throw new IllegalArgumentException(
            "steps: " + step.key() + " twice (expected: one write a key)");
      }
      bytes += step instanceof KeyValueWrite.Put put ? put.value().length : 0;
    }
    if (bytes > MAX_ATOMIC_BYTES) {
      return CompletableFuture.failedFuture(new ValueTooLargeException(MAX_ATOMIC_BYTES));
    }
    return transact("atomic write in " + namespace, bytes, steps)
        .thenApply(done -> done.map(Committed::version));
  }

  private record Committed(Stamp version) {}

  private CompletionStage<Optional<Committed>> transact(
      String what, long bytes, List<KeyValueWrite> steps) {
    KeyValueStore store = engine.store();
    KeyValueTransaction transaction = store.transaction();
    Stamp version = transaction.version();
    List<Step> stored = new ArrayList<>(steps.size());
    return write(
        what,
        bytes,
        transaction.outcome(),
        (caches, deadline) -> {
          for (KeyValueWrite step : steps.subList(stored.size(), steps.size())) {
            stored.add(stored(caches, step, version, deadline));
          }
          @Nullable Done done = store.transact(caches, transaction, stored, deadline);
          return done == null ? Optional.empty() : Optional.of(new Committed(version));
        });
  }

  private Step stored(StoreCaches caches, KeyValueWrite step, Stamp version, Deadline deadline) {
    String key = prefix + step.key();
    KeyValueStore store = engine.store();
    return switch (step) {
      case KeyValueWrite.Check check -> new Step.Check(key, check.version());
      case KeyValueWrite.Delete _ -> new Step.Delete(key);
      case KeyValueWrite.Increment increment -> new Step.Increment(key, increment.by(), 0, "");
      case KeyValueWrite.Put put ->
          new Step.Put(
              key,
              store.stored(
                  caches, key, version, Incoming.of(put.value()), put.options(), deadline));
    };
  }

  private <T> CompletionStage<T> write(
      String what, long bytes, WriteOutcome outcome, KeyValueCalls.Operation<T> operation) {
    return write(
        () ->
            engine
                .calls()
                .start(
                    what,
                    bytes,
                    Deadline.in(timeout),
                    outcome,
                    (caches, by, turn) -> operation.run(caches, by)));
  }

  private <T> CompletionStage<T> write(Supplier<CompletionStage<T>> call) {
    engine.writes().increment();
    GridUnavailableException full = engine.full();
    return full == null ? call.get() : CompletableFuture.failedFuture(full);
  }

  @Override
  public CompletionStage<KeyPage> list(String keyPrefix, Optional<String> cursor, int limit) {
    KeyCodec.checkPrefix(keyPrefix);
    Bounds.range("limit", limit, 1, MAX_PAGE);
    cursor.ifPresent(KeyCodec::fromCursor);
    engine.lists().increment();
    return engine
        .calls()
        .start(
            "list of " + namespace,
            0,
            Deadline.in(timeout),
            (caches, deadline) ->
                KeyLister.page(
                    caches,
                    prefix,
                    keyPrefix,
                    cursor,
                    limit,
                    engine.store().nowMillis(),
                    deadline));
  }

  @Override
  public KeyWatch watch(String keyPrefix, KeyListener listener) {
    KeyCodec.checkPrefix(keyPrefix);
    return engine.watches().watch(prefix, keyPrefix, requireNonNull(listener, "listener"));
  }
}
