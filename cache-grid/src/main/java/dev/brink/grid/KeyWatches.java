package dev.brink.grid;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The watches of a store on this node. Those of one namespace share a {@link KeyFeed}, which begins
 * with the first of them and ends with the last. Thread-safe.
 */
final class KeyWatches {
  private static final int MAX_WATCHES = 1000;

  private final KeyValuePlace place;

  /** By namespace; each has watches. Who has this lock may add and remove either. */
  private final Map<String, KeyFeed> feeds = new HashMap<>();

  private int open;

  KeyWatches(KeyValuePlace place) {
    this.place = place;
  }

  /** Starts a watch of stored keys; the listener hears keys without the namespace. */
  KeyWatch watch(String namespace, String prefix, KeyListener listener) {
    KeyFeed feed;
    QueuedWatch watch;
    synchronized (feeds) {
      if (open >= MAX_WATCHES) {
        throw new IllegalStateException(
            "watches: " + open + " (expected: less than " + MAX_WATCHES + ")");
      }
      open++;
      feed = feeds.computeIfAbsent(namespace, name -> new KeyFeed(name, place));
      watch = new QueuedWatch(namespace, prefix, listener, closed -> leave(feed, closed));
      feed.add(watch);
    }
    watch.start();
    StoreCaches caches = place.caches();
    if (caches != null) {
      feed.begin(watch, caches);
    }
    return watch;
  }

  /** One that comes after the last has left has a feed of its own, also while this one ends. */
  private void leave(KeyFeed feed, QueuedWatch watch) {
    boolean last;
    synchronized (feeds) {
      open--;
      last = feed.remove(watch);
      if (last) {
        feeds.remove(feed.namespace(), feed);
      }
    }
    if (last) {
      feed.end(watch::finish);
    } else {
      watch.finish();
    }
  }

  /** Ignite runs again; what changed meanwhile was missed. */
  void resumed(StoreCaches caches) {
    present().forEach(feed -> feed.resume(caches));
  }

  /** Keys may have been lost; does not wait. */
  void lost() {
    present().forEach(KeyFeed::miss);
  }

  void close() {
    present().forEach(KeyFeed::close);
  }

  private List<KeyFeed> present() {
    synchronized (feeds) {
      return new ArrayList<>(feeds.values());
    }
  }
}
