package dev.brink.grid;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The copy of one replicated map in this process's memory. Anybody may apply records; listeners are
 * told by the publisher, key by key. What waits to be told is a set of keys, hence never more than
 * the map has.
 */
final class MirrorMap implements Publisher.Source {
  private final String name;
  private final Publisher publisher;
  private final LongAdder weight;
  private final ConcurrentHashMap<String, Slot> slots = new ConcurrentHashMap<>();
  private final Set<String> dirty = ConcurrentHashMap.newKeySet();
  private final Queue<String> dirtyInOrder = new ConcurrentLinkedQueue<>();
  private final Queue<MapListener> newcomers = new ConcurrentLinkedQueue<>();
  private final List<MapListener> listeners = new CopyOnWriteArrayList<>();

  /** What the listeners know; of the publisher's thread. */
  private final Map<String, Entry> told = new HashMap<>();

  MirrorMap(String name, Publisher publisher, LongAdder weight) {
    this.name = name;
    this.publisher = publisher;
    this.weight = weight;
    publisher.add(this);
  }

  String name() {
    return name;
  }

  @Nullable Slot get(String key) {
    return slots.get(key);
  }

  /** Keeps the newer of the present and the given record; returns whether that is the given one. */
  boolean apply(String key, Slot slot) {
    boolean[] taken = {false};
    slots.compute(
        key,
        (k, present) -> {
          if (present != null && !slot.stamp().isAfter(present.stamp())) {
            return present;
          }
          weight.add(slot.weight(k) - (present == null ? 0 : present.weight(k)));
          taken[0] = true;
          return slot;
        });
    if (taken[0]) {
      // Not before: the publisher may look at once, and shall find it.
      if (dirty.add(key)) {
        dirtyInOrder.add(key);
      }
      publisher.wake();
    }
    return taken[0];
  }

  /** Forgets tombstones from before that time. */
  void purge(long beforeMillis) {
    for (String key : slots.keySet()) {
      slots.computeIfPresent(
          key,
          (k, slot) -> {
            if (slot.isTombstone() && slot.stamp().wallMillis() < beforeMillis) {
              weight.add(-slot.weight(k));
              return null;
            }
            return slot;
          });
    }
  }

  void forEach(BiConsumer<String, Slot> action) {
    slots.forEach(action);
  }

  Map<String, Entry> entries() {
    Map<String, Entry> entries = new HashMap<>();
    slots.forEach(
        (key, slot) -> {
          if (slot.entry() != null) {
            entries.put(key, slot.entry());
          }
        });
    return Collections.unmodifiableMap(entries);
  }

  void listen(MapListener listener) {
    newcomers.add(listener);
    publisher.wake();
  }

  @Override
  public void publish() {
    for (String key = dirtyInOrder.poll(); key != null; key = dirtyInOrder.poll()) {
      dirty.remove(key);
      tell(key, slots.get(key));
    }
    for (MapListener newcomer = newcomers.poll(); newcomer != null; newcomer = newcomers.poll()) {
      MapListener listener = newcomer;
      told.forEach(
          (key, entry) -> publisher.guarded("map " + name, () -> listener.changed(key, entry)));
      listeners.add(listener);
    }
  }

  /** Tells of a record; of a removal also when its tombstone is forgotten already. */
  private void tell(String key, @Nullable Slot slot) {
    Entry entry = slot == null ? null : slot.entry();
    if (entry != null) {
      if (!entry.equals(told.put(key, entry))) {
        forAll(listener -> listener.changed(key, entry));
      }
      return;
    }
    Entry before = told.remove(key);
    if (before != null) {
      Stamp stamp = slot == null ? before.stamp().next() : slot.stamp();
      forAll(listener -> listener.removed(key, stamp));
    }
  }

  private void forAll(Consumer<MapListener> call) {
    for (MapListener listener : listeners) {
      publisher.guarded("map " + name, () -> call.accept(listener));
    }
  }
}
