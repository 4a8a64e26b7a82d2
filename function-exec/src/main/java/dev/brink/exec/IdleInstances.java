package dev.brink.exec;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which instances that nobody uses go first when the heap is short, by greedy-dual-size-frequency
 * (Cherkasova, "Improving WWW Proxies Performance with Greedy-Dual-Size-Frequency Caching Policy",
 * HP Labs 1998): what was used seldom, is quickly made again and takes much, and among those what
 * was used long ago. Uses are seen when it looks, so of those between two looks the order is not.
 * Not thread-safe.
 *
 * @param <K> what an instance is
 */
final class IdleInstances<K> {
  /** One that nobody uses was not used for so long. */
  static final long QUIET_NANOS = 1_000_000_000L;

  /**
   * What is seen of an instance.
   *
   * @param uses invocations so far
   * @param cost what it takes to make another
   * @param size what it takes
   */
  record Seen(long uses, double cost, double size) {}

  private static final class Entry {
    long uses;
    long sinceNanos;
    double priority;
    boolean quiet;
  }

  private final Map<K, Entry> entries = new HashMap<>();
  private double clock;

  /** Looks at all that there are. */
  void look(Map<K, Seen> instances, long nowNanos) {
    entries.keySet().retainAll(instances.keySet());
    instances.forEach((key, seen) -> look(key, seen, nowNanos));
  }

  private void look(K key, Seen seen, long nowNanos) {
    Entry entry = entries.get(key);
    boolean fresh = entry == null;
    if (entry == null) {
      entry = new Entry();
      entries.put(key, entry);
    }
    if (fresh || seen.uses != entry.uses) {
      entry.sinceNanos = nowNanos;
      entry.uses = seen.uses;
      entry.priority = clock + (seen.uses + 1) * seen.cost / Math.max(1, seen.size);
    }
    entry.quiet = nowNanos - entry.sinceNanos >= QUIET_NANOS;
  }

  /** Whether one that is idle may turn out to be used by nobody soon. */
  boolean mayComeYet(Predicate<K> idle) {
    return entries.entrySet().stream()
        .anyMatch(entry -> !entry.getValue().quiet && idle.test(entry.getKey()));
  }

  /** Those that go first, so many at most, of those that were not used for a while. */
  List<K> first(int most, Predicate<K> idle) {
    List<K> quiet = new ArrayList<>();
    entries.forEach(
        (key, entry) -> {
          if (entry.quiet && idle.test(key)) {
            quiet.add(key);
          }
        });
    return quiet.stream().sorted(Comparator.comparingDouble(this::priority)).limit(most).toList();
  }

  private double priority(K key) {
    Entry entry = entries.get(key);
    return entry == null ? 0 : entry.priority;
  }

  /** These were let go: what stays ages by them. */
  void gone(Collection<K> keys) {
    for (K key : keys) {
      clock = Math.max(clock, priority(key));
      entries.remove(key);
    }
  }
}
