package dev.brink.grid;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A replicated map: reads the mirror, writes through the writer. */
final class GridMap implements ReplicatedMap {
  private final MirrorMap mirror;
  private final MapWriter writer;
  private final HybridClock clock;

  GridMap(MirrorMap mirror, MapWriter writer, HybridClock clock) {
    this.mirror = mirror;
    this.writer = writer;
    this.clock = clock;
  }

  @Override
  public String name() {
    return mirror.name();
  }

  @Override
  public CompletionStage<Stamp> put(String key, byte[] value) {
    checkKey(key);
    checkValue(value);
    return stamped(key, Slot.of(new Entry(value, next(key))));
  }

  @Override
  public CompletionStage<Stamp> remove(String key) {
    checkKey(key);
    return stamped(key, Slot.tombstone(next(key)));
  }

  @Override
  public CompletionStage<Boolean> merge(String key, Entry entry) {
    checkKey(key);
    checkValue(entry.value());
    // One too far ahead is taken all the same, as when it comes from Ignite: it may be the newest
    // there is, and what is put later has to win over it.
    boolean _ = clock.observe(entry.stamp());
    return writer.write(mirror, key, Slot.of(entry));
  }

  @Override
  public Map<String, Entry> entries() {
    return mirror.entries();
  }

  @Override
  public Optional<Entry> get(String key) {
    Slot slot = mirror.get(requireNonNull(key, "key"));
    return slot == null ? Optional.empty() : Optional.ofNullable(slot.entry());
  }

  @Override
  public void listen(MapListener listener) {
    mirror.listen(requireNonNull(listener, "listener"));
  }

  /**
   * A stamp that wins over the present record, also over one of a clock that runs too far ahead to
   * be followed.
   */
  private Stamp next(String key) {
    Stamp now = clock.now();
    Slot present = mirror.get(key);
    if (present == null || now.isAfter(present.stamp())) {
      return now;
    }
    Stamp ahead = present.stamp();
    return ahead.counter() < Integer.MAX_VALUE
        ? new Stamp(ahead.wallMillis(), ahead.counter() + 1, now.node())
        : new Stamp(ahead.wallMillis() + 1, 0, now.node());
  }

  private CompletionStage<Stamp> stamped(String key, Slot slot) {
    CompletableFuture<Stamp> result = new CompletableFuture<>();
    var _ =
        writer
            .write(mirror, key, slot)
            .whenComplete(
                (newer, failure) -> {
                  if (failure == null) {
                    result.complete(slot.stamp());
                  } else {
                    result.completeExceptionally(failure);
                  }
                });
    return result;
  }

  private static void checkKey(String key) {
    Bounds.length("key", key, 1, Mirror.MAX_KEY_CHARS);
  }

  private static void checkValue(byte[] value) {
    Bounds.range("value.length", value.length, 0, Mirror.MAX_VALUE_BYTES);
  }
}
