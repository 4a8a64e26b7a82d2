package dev.brink.grid;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A watch with what it has still to tell. It tells its listener on a virtual thread of its own;
 * what comes faster than it is taken is merged by key, and given up beyond a bound.
 */
final class QueuedWatch implements KeyWatch {
  private static final Logger log = LoggerFactory.getLogger(QueuedWatch.class);
  private static final int MAX_WAITING = 10_000;

  private final String namespace;
  private final String prefix;
  private final KeyListener listener;
  private final Consumer<QueuedWatch> leave;
  private final Map<String, @Nullable Stamp> waiting = new LinkedHashMap<>();
  private final Semaphore news = new Semaphore(0);
  private final AtomicBoolean closed = new AtomicBoolean();
  private final CompletableFuture<Void> begun = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private final Thread thread;
  private boolean missed;

  private record Change(String key, @Nullable Stamp version) {}

  /**
   * A watch that has not started.
   *
   * @param leave called once, when it is closed; {@link #finish} is to follow
   */
  QueuedWatch(String namespace, String prefix, KeyListener listener, Consumer<QueuedWatch> leave) {
    this.namespace = namespace;
    this.prefix = namespace + prefix;
    this.listener = listener;
    this.leave = leave;
    thread = Thread.ofVirtual().name("brink-kv-watch").unstarted(this::tell);
  }

  void start() {
    thread.start();
  }

  @Override
  public CompletionStage<Void> begun() {
    return begun.minimalCompletionStage();
  }

  @Override
  public CompletionStage<Void> ended() {
    return ended.minimalCompletionStage();
  }

  void begin() {
    begun.complete(null);
  }

  void finish() {
    ended.complete(null);
  }

  // ---- what is to be told

  boolean concerns(String storedKey) {
    return storedKey.startsWith(prefix);
  }

  /** A stored key has this version, or no value any more. */
  void hear(String storedKey, @Nullable Stamp version) {
    synchronized (waiting) {
      if (waiting.size() < MAX_WAITING || waiting.containsKey(storedKey)) {
        waiting.put(storedKey, version);
      } else {
        missed = true;
      }
    }
    announce();
  }

  /** Changes may have been missed. */
  void miss() {
    synchronized (waiting) {
      missed = true;
    }
    announce();
  }

  /** One permit is enough: who takes it takes all that waits. */
  private void announce() {
    if (news.availablePermits() == 0) {
      news.release();
    }
  }

  // ---- the listener

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
        batch.forEach(change -> guarded(() -> tell(change)));
        if (gap) {
          guarded(listener::missed);
        }
      }
    } catch (InterruptedException e) {
      log.trace("a watch has ended", e);
    }
  }

  private void tell(Change change) {
    String key = change.key.substring(namespace.length());
    if (change.version == null) {
      listener.removed(key);
    } else {
      listener.changed(key, change.version);
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
    if (closed.compareAndSet(false, true)) {
      begun.cancel(false);
      thread.interrupt();
      leave.accept(this);
    }
  }
}
