package dev.brink.cache.ahead;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Estimates which keys are on the rise, from who asks for them: how often lately, beside how often
 * over a longer time, and how many nodes. So copies can be where they will be asked for (the idea
 * is that of Chang et al.: "Learn to Cache: Machine Learning for Network Edge Caching in the Big
 * Data Era", IEEE Wireless Communications, 2018, by counting instead of a trained network).
 *
 * <p>Bounded: of more keys than that, what was asked for least among some of the oldest is
 * forgotten. Thread-safe.
 *
 * @param <K> what a key is
 */
public final class Popularity<K> {
  private static final double SHORT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final double LONG_NANOS = TimeUnit.SECONDS.toNanos(120);

  /** Whoever asked no longer ago asks for it still. */
  private static final long ASKS_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** As many nodes that ask for the same make it popular. */
  private static final int NODES = 2;

  /** As many requests, over the longer time, do by themselves. */
  private static final double MANY = 16;

  /** As many requests lately, and so many times as many as over the longer time, are a rise. */
  private static final double RISE = 4;

  private static final double GROWTH = 2;

  /** Keys looked at for one to forget. */
  private static final int SAMPLE = 8;

  private static final int MAX_NODES = 128;

  /** Which nodes lack a key is looked at no more often. */
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** A node that has not asked for what it was offered is offered the next version later. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private static final int MAX_PAUSES = 8;

  private final int maxKeys;

  // Guarded by this. The oldest first, but for those that were passed over.
  private final LinkedHashMap<K, Entry> entries = new LinkedHashMap<>();

  /**
   * Knows nothing yet.
   *
   * @param maxKeys that are remembered
   */
  public Popularity(int maxKeys) {
    this.maxKeys = maxKeys;
  }

  /** What is known of one key. */
  private static final class Entry {
    final Decaying lately;
    final Decaying longer;
    final Map<String, Node> nodes = new HashMap<>();
    long stamp;

    /** Whether it had another response before, and since when it has this one. */
    boolean renewed;

    long stampedNanos;

    /** Whether it was looked at who lacks it, and when last. */
    boolean looked;

    long lookedNanos;

    Entry(long nowNanos) {
      lately = new Decaying(SHORT_NANOS, nowNanos);
      longer = new Decaying(LONG_NANOS, nowNanos);
    }

    Node node(String name) {
      return nodes.size() < MAX_NODES
          ? nodes.computeIfAbsent(name, any -> new Node())
          : nodes.getOrDefault(name, new Node());
    }
  }

  /** What is known of one node and key. */
  private static final class Node {
    boolean asked;
    long askedNanos;
    long offeredStamp;
    int offers;
    long notBeforeNanos;
  }

  /**
   * A node asked for a key.
   *
   * @param times how many requests this one stands for
   * @return whether the key is on the rise, and it is time to see which nodes are {@link #lacking}
   */
  public synchronized boolean asked(K key, String node, double times, long nowNanos) {
    Entry entry = entries.get(key);
    if (entry == null) {
      if (entries.size() >= maxKeys) {
        forget(nowNanos);
      }
      entry = new Entry(nowNanos);
      entries.put(key, entry);
    }
    entry.lately.add(times, nowNanos);
    entry.longer.add(times, nowNanos);
    Node asker = entry.node(node);
    asker.asked = true;
    asker.askedNanos = nowNanos;
    asker.offers = 0;
    boolean due = !entry.looked || nowNanos - entry.lookedNanos >= LOOK_NANOS;
    return due && rises(entry, nowNanos);
  }

  private static boolean rises(Entry entry, long nowNanos) {
    int asking = 0;
    for (Node node : entry.nodes.values()) {
      asking += node.asked && nowNanos - node.askedNanos < ASKS_NANOS ? 1 : 0;
    }
    double lately = entry.lately.at(nowNanos);
    return asking >= NODES
        || entry.longer.at(nowNanos) >= MANY
        || (lately >= RISE && entry.lately.rate(nowNanos) >= GROWTH * entry.longer.rate(nowNanos));
  }

  /** Of some of the oldest keys the least popular one goes; the others become the newest. */
  private void forget(long nowNanos) {
    double least = Double.MAX_VALUE;
    int leastAt = 0;
    List<Map.Entry<K, Entry>> seen = new ArrayList<>(SAMPLE);
    Iterator<Map.Entry<K, Entry>> all = entries.entrySet().iterator();
    while (seen.size() < SAMPLE && all.hasNext()) {
      Map.Entry<K, Entry> each = Map.Entry.copyOf(all.next());
      double times = each.getValue().longer.at(nowNanos);
      if (times < least) {
        least = times;
        leastAt = seen.size();
      }
      seen.add(each);
    }
    for (int i = 0; i < seen.size(); i++) {
      Map.Entry<K, Entry> each = seen.get(i);
      if (i == leastAt) {
        entries.remove(each.getKey());
      } else {
        entries.putLast(each.getKey(), each.getValue());
      }
    }
  }

  /**
   * The nodes to offer a copy of a key to: those that did not ask for it since its response is what
   * it is, and were not offered that. They count as offered from now on.
   *
   * @param candidates that may lack it
   * @param stamp of the response
   */
  public synchronized List<String> lacking(
      K key, Collection<String> candidates, long stamp, long nowNanos) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return List.of();
    }
    entry.looked = true;
    entry.lookedNanos = nowNanos;
    if (entry.stamp != stamp) {
      entry.renewed = entry.stamp != 0;
      entry.stamp = stamp;
      entry.stampedNanos = nowNanos;
    }
    List<String> lacking = new ArrayList<>();
    for (String candidate : candidates) {
      Node node = entry.node(candidate);
      boolean has =
          node.asked
              && nowNanos - node.askedNanos < ASKS_NANOS
              && (!entry.renewed || node.askedNanos - entry.stampedNanos > 0);
      if (!has
          && node.offeredStamp != stamp
          && (node.offers == 0 || nowNanos - node.notBeforeNanos >= 0)) {
        node.offeredStamp = stamp;
        node.notBeforeNanos = nowNanos + (PAUSE_NANOS << Math.min(node.offers, MAX_PAUSES));
        node.offers++;
        lacking.add(candidate);
      }
    }
    return lacking;
  }

  /** Keys remembered. */
  public synchronized int size() {
    return entries.size();
  }
}
