package dev.brink.grid;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A map of which every member holds all entries. Each key is a last-writer-wins register: of two
 * writes the one with the greater {@link Stamp} stays, everywhere, whatever the order they arrive
 * in, also when a split grid comes together again.
 *
 * <p>Reads are local, never wait and work in every {@link GridState}. Writes are asynchronous; a
 * completed stage means that every reachable member has the record, and that this node was with the
 * majority before and after. A stage that failed says nothing about the value: it may be there, or
 * appear later.
 *
 * <p>Thread-safe. Stages complete on threads that others need: don't block in them.
 */
public interface ReplicatedMap {
  /** The map's name. */
  String name();

  /**
   * Writes a value. The stamp is taken at the call, so later calls on one node win over earlier
   * ones; against a concurrent write with a greater stamp this one is dropped, as if it had been
   * overwritten at once.
   *
   * @return the record's stamp; or fails with {@link GridUnavailableException}
   * @throws IllegalArgumentException when the key or the value is too long, see {@link GridBuilder}
   */
  CompletionStage<Stamp> put(String key, byte[] value);

  /**
   * Removes a key by writing a tombstone, which is kept for {@link GridBuilder#retention} and beats
   * older values.
   *
   * @return the tombstone's stamp; or fails with {@link GridUnavailableException}
   */
  CompletionStage<Stamp> remove(String key);

  /**
   * Brings in a record written elsewhere or earlier, such as from a file. The newest stamp wins,
   * also one that lies too far ahead for the {@link HybridClock} to follow; the log then says so.
   *
   * @return whether the entry was newer than what the grid had; or fails with {@link
   *     GridUnavailableException}
   * @throws IllegalArgumentException when the key or the value is too long, see {@link GridBuilder}
   */
  CompletionStage<Boolean> merge(String key, Entry entry);

  /**
   * A copy of all entries held here, without tombstones; immutable. Takes time in proportion to
   * their number.
   */
  Map<String, Entry> entries();

  /** The entry held here. */
  Optional<Entry> get(String key);

  /** Adds a listener, which first hears of all present entries, then of every change. */
  void listen(MapListener listener);
}
