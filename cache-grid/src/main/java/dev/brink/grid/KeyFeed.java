package dev.brink.grid;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.cache.CacheException;
import javax.cache.configuration.FactoryBuilder;
import javax.cache.event.CacheEntryEvent;
import javax.cache.event.EventType;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cache.query.ContinuousQuery;
import org.apache.ignite.cache.query.QueryCursor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What changes in a namespace, asked of the members once for all who watch it here: one continuous
 * query, as long as Ignite runs, again after each of its restarts.
 */
final class KeyFeed {
  private static final Logger log = LoggerFactory.getLogger(KeyFeed.class);

  private static final Duration PAUSE = Duration.ofMillis(100);

  private final String namespace;
  private final KeyValuePlace place;

  /** One asks, or stops, at a time: who has this may use the query and what it follows. */
  private final Object asking = new Object();

  private @Nullable QueryCursor<?> query;
  private boolean ended;
  private volatile @Nullable StoreCaches followed;

  /** Replaced, never changed: a change is told to those who were there when it was heard. */
  private volatile List<QueuedWatch> watches = List.of();

  KeyFeed(String namespace, KeyValuePlace place) {
    this.namespace = namespace;
    this.place = place;
  }

  String namespace() {
    return namespace;
  }

  // ---- who watches: one at a time adds and removes

  void add(QueuedWatch watch) {
    List<QueuedWatch> more = new ArrayList<>(watches);
    more.add(watch);
    watches = more;
  }

  /** Returns whether it was the last. */
  boolean remove(QueuedWatch watch) {
    List<QueuedWatch> fewer = new ArrayList<>(watches);
    fewer.remove(watch);
    watches = fewer;
    return fewer.isEmpty();
  }

  /** Changes may have been missed by all. */
  void miss() {
    watches.forEach(QueuedWatch::miss);
  }

  void close() {
    watches.forEach(QueuedWatch::close);
  }

  // ---- the query

  /** Lets a watch begin: at once where the query runs; does not wait. */
  void begin(QueuedWatch watch, StoreCaches caches) {
    if (caches.equals(followed)) {
      watch.begin();
    } else {
      follow(caches, false);
    }
  }

  void resume(StoreCaches caches) {
    follow(caches, true);
  }

  private void follow(StoreCaches caches, boolean again) {
    Thread.ofVirtual()
        .name("brink-kv-watch-start")
        .start(
            () -> {
              if (!asked(caches)) {
                log.debug("a watch starts when Ignite is back");
              }
              if (again) {
                miss();
              }
            });
  }

  /** Asks, again as long as Ignite runs and somebody watches: it may fail as a member is lost. */
  private boolean asked(StoreCaches caches) {
    while (true) {
      try {
        ask(caches);
        return true;
      } catch (CacheException | IgniteException | IllegalStateException e) {
        log.debug("a watch could not be asked for", e);
      }
      if (!caches.equals(place.caches()) || watches.isEmpty()) {
        return false;
      }
      try {
        Thread.sleep(PAUSE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  private void ask(StoreCaches caches) {
    synchronized (asking) {
      if (!ended && !caches.equals(followed)) {
        QueryCursor<?> before = query;
        query = caches.records().query(changes());
        followed = caches;
        if (before != null) {
          end(before);
        }
      }
    }
    watches.forEach(QueuedWatch::begin);
  }

  private ContinuousQuery<String, byte[]> changes() {
    ContinuousQuery<String, byte[]> changes = new ContinuousQuery<>();
    changes.setRemoteFilterFactory(FactoryBuilder.factoryOf(new KeyPrefixFilter(namespace)));
    changes.setIncludeExpired(true);
    changes.setLocalListener(events -> events.forEach(this::heard));
    return changes;
  }

  /** Ends the query for good, some time later, and says so; waits for one that begins. */
  void end(Runnable done) {
    Thread.ofVirtual()
        .name("brink-kv-watch-stop")
        .start(
            () -> {
              try {
                end();
              } finally {
                done.run();
              }
            });
  }

  private void end() {
    synchronized (asking) {
      ended = true;
      QueryCursor<?> running = query;
      if (running != null) {
        end(running);
      }
    }
  }

  private static void end(QueryCursor<?> cursor) {
    try {
      cursor.close();
    } catch (CacheException | IgniteException | IllegalStateException e) {
      log.debug("a watch ended with Ignite", e);
    }
  }

  // ---- what it tells

  /**
   * On a thread of Ignite's that may be in the middle of a commit: nothing waits, nothing fails.
   */
  private void heard(CacheEntryEvent<? extends String, ? extends byte[]> event) {
    String key = event.getKey();
    List<QueuedWatch> concerned = new ArrayList<>();
    for (QueuedWatch watch : watches) {
      if (watch.concerns(key)) {
        concerned.add(watch);
      }
    }
    if (concerned.isEmpty()) {
      return;
    }
    try {
      Stamp version = version(event);
      concerned.forEach(watch -> watch.hear(key, version));
    } catch (RuntimeException e) {
      log.error("a change could not be told", e);
      concerned.forEach(QueuedWatch::miss);
    }
  }

  /** Null when there is no value any more. */
  private static @Nullable Stamp version(
      CacheEntryEvent<? extends String, ? extends byte[]> event) {
    byte[] bytes = event.getValue();
    boolean gone =
        bytes == null
            || event.getEventType() == EventType.REMOVED
            || event.getEventType() == EventType.EXPIRED;
    return gone ? null : StoredValue.decode(event.getKey(), bytes).version();
  }
}
