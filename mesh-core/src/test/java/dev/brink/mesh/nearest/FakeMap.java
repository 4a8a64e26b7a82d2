package dev.brink.mesh.nearest;

import dev.brink.grid.Entry;
import dev.brink.grid.MapListener;
import dev.brink.grid.ReplicatedMap;
import dev.brink.grid.Stamp;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A map of one member, with a wall clock set by hand. */
final class FakeMap implements ReplicatedMap {
  private static final UUID NODE = new UUID(0, 1);

  final Map<String, Entry> entries = new HashMap<>();
  final List<MapListener> listeners = new ArrayList<>();
  long wallMillis = 1_000_000;
  int puts;

  @Override
  public String name() {
    return SharedRtts.MAP;
  }

  @Override
  public CompletionStage<Stamp> put(String key, byte[] value) {
    puts++;
    var entry = new Entry(value, new Stamp(wallMillis, 0, NODE));
    entries.put(key, entry);
    listeners.forEach(listener -> listener.changed(key, entry));
    return CompletableFuture.completedFuture(entry.stamp());
  }

  @Override
  public CompletionStage<Stamp> remove(String key) {
    entries.remove(key);
    var stamp = new Stamp(wallMillis, 0, NODE);
    listeners.forEach(listener -> listener.removed(key, stamp));
    return CompletableFuture.completedFuture(stamp);
  }

  @Override
  public CompletionStage<Boolean> merge(String key, Entry entry) {
    return CompletableFuture.failedFuture(new UnsupportedOperationException("merge"));
  }

  @Override
  public Map<String, Entry> entries() {
    return Map.copyOf(entries);
  }

  @Override
  public Optional<Entry> get(String key) {
    return Optional.ofNullable(entries.get(key));
  }

  @Override
  public void listen(MapListener listener) {
    listeners.add(listener);
  }
}
