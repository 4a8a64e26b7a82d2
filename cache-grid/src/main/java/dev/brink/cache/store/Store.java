package dev.brink.cache.store;

import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Holds objects by key within a bound, and decides itself which to keep. Thread-safe; nothing here
 * waits.
 */
public interface Store extends AutoCloseable {
  /**
   * The object with this key, if it can be had without waiting. Counts as a use of it.
   *
   * @return to be closed by the caller
   */
  @Nullable StoredObject find(StoreKey key);

  /**
   * Gets an object that {@link #find} did not from a slower place.
   *
   * @return {@code null} when there is none; else completes on any thread, with {@code null} when
   *     it turns out lost, or with the object, to be closed by the caller
   */
  default @Nullable CompletionStage<@Nullable StoredObject> load(StoreKey key) {
    return null;
  }

  /**
   * Begins an object.
   *
   * @param expectedBytes of the body; -1: not known
   */
  Draft draft(StoreKey key, long expectedBytes);

  /**
   * Gives an object another head; its body stays.
   *
   * @param present what {@link #find} returned
   * @return false when it is no longer the one with its key
   */
  boolean replaceHead(StoredObject present, byte[] head, Worth worth);

  /** The largest body it takes; larger ones need not be begun. */
  default long maxObjectBytes() {
    return Long.MAX_VALUE;
  }

  /**
   * Where a cache keeps what is outdated, if objects outlast the process: a file beside them.
   *
   * @return {@code null} when they don't
   */
  default @Nullable Path journal() {
    return null;
  }

  /**
   * Whether an object that is not there would be kept if it came now: there is room, or others are
   * worth less.
   *
   * @param bytes of the body
   * @param worth what is known of it
   */
  default boolean wants(StoreKey key, long bytes, Worth worth) {
    return bytes <= maxObjectBytes();
  }

  /** Removes an object. */
  default void remove(StoreKey key) {
    removeUnless(key, _ -> false);
  }

  /**
   * Removes an object, unless it is one that can be had without waiting and is to be kept. No other
   * takes its place between the question and the removal.
   *
   * @param keep says whether an object stays; called at most once for each, holds up the store, and
   *     must not use it or close the object
   */
  void removeUnless(StoreKey key, Predicate<StoredObject> keep);

  /** Removes all objects. */
  void clear();

  StoreStats stats();

  /** Lets go of all objects; those in use stay readable until they are closed. */
  @Override
  void close();
}
