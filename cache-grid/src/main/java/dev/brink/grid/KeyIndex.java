package dev.brink.grid;

import java.util.NavigableSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.apache.ignite.cache.affinity.AffinityFunction;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one namespace that are in partitions which this node lists, in order. It may have
 * keys that are not there any more, so each is looked up when it is listed, but it lacks none:
 *
 * <ul>
 *   <li>a partition is said to be covered before its keys are gone through. An entry that was
 *       stored before that is found by going through them; {@link #stored} adds one that is stored
 *       after it;
 *   <li>a partition that went and came back is another object of Ignite's, and is gone through
 *       again;
 *   <li>a key is taken out only by who lists, one at a time, and is put back when it is there
 *       afterwards.
 * </ul>
 *
 * Thread-safe.
 */
final class KeyIndex {
  /** Of a key beside its text, measured: a node of the set, its share of towers, a string. */
  private static final int KEY_BYTES = 80;

  /** Of an index without keys, about. */
  private static final int INDEX_BYTES = 2_048;

  private final KeyIndexes all;
  private final String namespace;
  private final AffinityFunction affinity;
  private final NavigableSet<String> keys = new ConcurrentSkipListSet<>(KeyCodec.ORDER);
  private final AtomicReferenceArray<@Nullable Object> covered;
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean ended;
  private volatile long usedNanos = System.nanoTime();

  /** The partitions that are listed, and what they have. */
  interface Partitions {
    /**
     * What a partition is kept in, another object each time that it comes to this node; null when
     * it is not listed.
     */
    @Nullable Object partition(int number);

    /** Goes through the keys for as long as they are accepted; returns whether all were. */
    boolean keys(int number, Predicate<String> accept);

    /** A record; null when there is none. */
    byte @Nullable [] read(int number, String key);
  }

  /**
   * An index without keys.
   *
   * @param namespace what all stored keys begin with
   */
  KeyIndex(KeyIndexes all, String namespace) {
    this.all = all;
    this.namespace = namespace;
    affinity = all.affinity;
    covered = new AtomicReferenceArray<>(affinity.partitions());
    count(INDEX_BYTES);
  }

  long usedNanos() {
    return usedNanos;
  }

  /** An entry can be found; returns whether its key was added. Any thread, never waits. */
  boolean stored(String key) {
    return covered.get(affinity.partition(key)) != null && add(key);
  }

  /**
   * Goes through the records of partitions, in the order of their keys, for as long as they are
   * accepted.
   *
   * @param prefix what the keys begin with
   * @param after where to begin; empty for the first
   * @return whether it could; not when there is no room for the keys
   */
  synchronized boolean list(
      Partitions held, String prefix, String after, BiPredicate<String, byte[]> accept) {
    usedNanos = System.nanoTime();
    if (!cover(held)) {
      all.dropForRoom(this);
      return false;
    }
    NavigableSet<String> rest =
        KeyCodec.ORDER.compare(after, prefix) < 0
            ? keys.tailSet(prefix, true)
            : keys.tailSet(after, false);
    for (String key : rest) {
      if (!key.startsWith(prefix)) {
        break;
      }
      byte[] value = read(held, key);
      if (value != null && !accept.test(key, value)) {
        break;
      }
    }
    return true;
  }

  private boolean cover(Partitions held) {
    for (int i = 0; i < covered.length(); i++) {
      Object partition = held.partition(i);
      if (!same(covered.get(i), partition)) {
        covered.set(i, partition);
        if (partition != null && !addAll(held, i)) {
          return false;
        }
      }
    }
    return true;
  }

  @SuppressWarnings("ReferenceEquality") // it is about which object Ignite has
  private static boolean same(@Nullable Object one, @Nullable Object other) {
    return one == other;
  }

  /** Adds what a partition has; returns whether there was room for it. */
  private boolean addAll(Partitions held, int number) {
    boolean whole = false;
    try {
      whole =
          held.keys(
              number,
              key -> {
                if (key.startsWith(namespace)) {
                  add(key);
                }
                return all.roomToBuild();
              });
    } finally {
      if (!whole) {
        covered.set(number, null);
      }
    }
    return whole;
  }

  /** The record of a key; takes the key out when there is none. */
  private byte @Nullable [] read(Partitions held, String key) {
    int number = affinity.partition(key);
    if (held.partition(number) == null) {
      remove(key);
      return null;
    }
    byte[] value = held.read(number, key);
    if (value != null) {
      return value;
    }
    // Whoever stores it from here on adds it; who did so before is found by looking once more.
    remove(key);
    value = held.read(number, key);
    if (value != null) {
      add(key);
    }
    return value;
  }

  private boolean add(String key) {
    boolean added = keys.add(key);
    if (added) {
      count(cost(key));
    }
    return added;
  }

  private void remove(String key) {
    if (keys.remove(key)) {
      count(-cost(key));
    }
  }

  private static long cost(String key) {
    return KEY_BYTES + (long) key.length();
  }

  private void count(long more) {
    bytes.addAndGet(more);
    all.count(more);
    if (ended) {
      end();
    }
  }

  /** It is not used any more: what it takes does not count. */
  void end() {
    ended = true;
    all.count(-bytes.getAndSet(0));
  }
}
