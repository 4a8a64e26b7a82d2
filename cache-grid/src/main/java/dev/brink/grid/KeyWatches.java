package dev.brink.grid;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * The watches of a store. Each asks the members for changes as long as Ignite runs, again after
 * each of its restarts, and tells its listener on a virtual thread of its own; what comes faster
 * than it is taken is merged by key, and given up beyond a bound.
 */
final class KeyWatches {
  private static final Logger log = LoggerFactory.getLogger(KeyWatches.class);
  private static final int MAX_WATCHES = 1000;
  private static final int MAX_WAITING = 10_000;

  private final KeyValuePlace place;
  private final Set<Watch> watches = ConcurrentHashMap.newKeySet();

  KeyWatches(KeyValuePlace place) {
    this.place = place;
  }

  /** Starts a watch of stored keys; the listener hears keys without the namespace. */
  KeyWatch watch(String namespace, String prefix, KeyListener listener) {
    if (watches.size() >= MAX_WATCHES) {
      throw new IllegalStateException(
          "watches: " + watches.size() + " (expected: less than " + MAX_WATCHES + ")");
    }
    Watch watch = new Watch(namespace, namespace + prefix, listener);
    watches.add(watch);
    watch.thread.start();
    StoreCaches caches = place.caches();
    if (caches != null) {
      watch.follow(caches, false);
    }
    return watch;
  }

  /** Ignite runs again; what changed meanwhile was missed. */
  void resumed(StoreCaches caches) {
    watches.forEach(watch -> watch.follow(caches, true));
  }

  void close() {
    watches.forEach(Watch::close);
  }

  private final class Watch implements KeyWatch {
    private final String namespace;
    private final String prefix;
    private final KeyListener listener;
    private final Map<String, @Nullable Stamp> waiting = new LinkedHashMap<>();
    private final Semaphore news = new Semaphore(0);
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Void> begun = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final Thread thread;
    private boolean missed;

    /** One asks, or stops, at a time: who has this may use the query and what it follows. */
    private final Object asking = new Object();

    private @Nullable QueryCursor<?> query;
    private @Nullable StoreCaches followed;

    Watch(String namespace, String prefix, KeyListener listener) {
      this.namespace = namespace;
      this.prefix = prefix;
      this.listener = listener;
      thread = Thread.ofVirtual().name("brink-kv-watch").unstarted(this::tell);
    }

    void follow(StoreCaches caches, boolean again) {
      Thread.ofVirtual()
          .name("brink-kv-watch-start")
          .start(
              () -> {
                try {
                  ask(caches);
                } catch (CacheException | IgniteException | IllegalStateException e) {
                  log.debug("a watch starts when Ignite is back", e);
                }
                if (again) {
                  gap();
                }
              });
    }

    private void ask(StoreCaches caches) {
      synchronized (asking) {
        if (!closed.get() && !caches.equals(followed)) {
          begin(caches);
          followed = caches;
        }
      }
      begun.complete(null);
    }

    @Override
    public CompletionStage<Void> begun() {
      return begun.minimalCompletionStage();
    }

    @Override
    public CompletionStage<Void> ended() {
      return ended.minimalCompletionStage();
    }

    private void begin(StoreCaches caches) {
      ContinuousQuery<String, byte[]> changes = new ContinuousQuery<>();
      changes.setRemoteFilterFactory(FactoryBuilder.factoryOf(new KeyPrefixFilter(prefix)));
      changes.setIncludeExpired(true);
      changes.setLocalListener(
          events -> {
            for (CacheEntryEvent<? extends String, ? extends byte[]> event : events) {
              heard(event);
            }
          });
      QueryCursor<?> before = query;
      query = caches.records().query(changes);
      if (before != null) {
        end(before);
      }
    }

    private static void end(QueryCursor<?> cursor) {
      try {
        cursor.close();
      } catch (CacheException | IgniteException | IllegalStateException e) {
        log.debug("a watch ended with Ignite", e);
      }
    }

    private void heard(CacheEntryEvent<? extends String, ? extends byte[]> event) {
      byte[] bytes = event.getValue();
      boolean gone =
          bytes == null
              || event.getEventType() == EventType.REMOVED
              || event.getEventType() == EventType.EXPIRED;
      Stamp version = gone ? null : StoredValue.decode(event.getKey(), bytes).version();
      synchronized (waiting) {
        if (waiting.size() < MAX_WAITING || waiting.containsKey(event.getKey())) {
          waiting.put(event.getKey(), version);
        } else {
          missed = true;
        }
      }
      news.release();
    }

    private void gap() {
      synchronized (waiting) {
        missed = true;
      }
      news.release();
    }

    private void tell() {
      try {
        while (!closed.get()) {
          news.acquire();
          news.drainPermits();
          List<Change> batch = new ArrayList<>();
          boolean gap;
          synchronized (waiting) {
            waiting.forEach((key, version) -> batch.add(new Change(key, version)));
            waiting.clear();
            gap = missed;
            missed = false;
          }
          batch.forEach(change -> guarded(() -> tell(change.key, change.version)));
          if (gap) {
            guarded(listener::missed);
          }
        }
      } catch (InterruptedException e) {
        log.trace("a watch has ended", e);
      }
    }

    private void tell(String storedKey, @Nullable Stamp version) {
      String key = storedKey.substring(namespace.length());
      if (version == null) {
        listener.removed(key);
      } else {
        listener.changed(key, version);
      }
    }

    private void guarded(Runnable call) {
      if (closed.get()) {
        return;
      }
      try {
        call.run();
      } catch (RuntimeException e) {
        log.error("a listener of keys under {} failed", prefix, e);
      }
    }

    @Override
    public void close() {
      if (!closed.compareAndSet(false, true)) {
        return;
      }
      watches.remove(this);
      begun.cancel(false);
      thread.interrupt();
      Thread.ofVirtual().name("brink-kv-watch-stop").start(this::stop);
    }

    /** Waits for a query that begins. */
    private void stop() {
      try {
        synchronized (asking) {
          QueryCursor<?> running = query;
          if (running != null) {
            end(running);
          }
        }
      } finally {
        ended.complete(null);
      }
    }
  }

  private record Change(String key, @Nullable Stamp version) {}
}
