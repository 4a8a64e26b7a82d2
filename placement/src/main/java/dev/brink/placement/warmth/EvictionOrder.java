package dev.brink.placement.warmth;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What goes first when memory is short, by greedy-dual-size-frequency (Cherkasova, "Improving WWW
 * Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy", HP Labs 1998): what was used
 * seldom, is quickly made again and holds much, and among those what was used long ago. Not
 * thread-safe.
 *
 * @param <K> what an entry is known by
 */
public final class EvictionOrder<K> {
  private final Map<K, Entry> entries = new HashMap<>();
  private double clock;

  private static final class Entry {
    long uses;
    double priority;
  }

  /**
   * An entry was used.
   *
   * @param cost what it takes to make it again, in any unit, the same for all
   * @param size what it holds, in any unit, the same for all
   */
  public void used(K key, double cost, double size) {
    Entry entry = entries.computeIfAbsent(key, _ -> new Entry());
    entry.uses++;
    entry.priority = clock + entry.uses * cost / Math.max(size, Double.MIN_NORMAL);
  }

  /**
   * The candidates as they are to be evicted; those never used first. Evicting one, or more, leaves
   * the others in this order.
   */
  public List<K> of(Collection<K> candidates) {
    return candidates.stream().sorted(Comparator.comparingDouble(this::priority)).toList();
  }

  private double priority(K key) {
    Entry entry = entries.get(key);
    return entry == null ? Double.NEGATIVE_INFINITY : entry.priority;
  }

  /** An entry was evicted: what stays ages by it. */
  public void evicted(K key) {
    Entry entry = entries.remove(key);
    if (entry != null) {
      clock = Math.max(clock, entry.priority);
    }
  }

  /** An entry is no more, for other reasons. */
  public void removed(K key) {
    entries.remove(key);
  }
}
