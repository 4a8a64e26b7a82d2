package dev.brink.grid;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls all listeners of one grid, on one thread. Sources keep what is to be told; waking the
 * publisher is cheap.
 */
final class Publisher {
  /** Somebody with listeners; called on the publisher's thread only. */
  interface Source {
    /** Tells the listeners what has changed since the last call. */
    void publish();
  }

  private static final Logger log = LoggerFactory.getLogger(Publisher.class);
  private static final long CLOSE_SECONDS = 2;

  private final List<Source> sources = new CopyOnWriteArrayList<>();
  private final AtomicBoolean due = new AtomicBoolean();
  private final ExecutorService executor;
  private volatile @Nullable Thread thread;

  Publisher(String name) {
    executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread created = new Thread(task, "brink-grid-events-" + name);
              created.setDaemon(true);
              thread = created;
              return created;
            });
  }

  void add(Source source) {
    sources.add(source);
  }

  void wake() {
    if (due.compareAndSet(false, true)) {
      try {
        executor.execute(this::publish);
      } catch (RejectedExecutionException e) {
        log.trace("closed, nobody is told any more", e);
      }
    }
  }

  /** Calls a listener; what it throws is logged. */
  void guarded(String what, Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      log.error("a listener of {} failed", what, e);
    }
  }

  /**
   * Tells what is left, then ends; waits for at most 2 s, and not at all when a listener calls it.
   */
  void close() {
    wake();
    executor.shutdown();
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn(
            "a listener did not return within {} s of closing and is interrupted", CLOSE_SECONDS);
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private void publish() {
    due.set(false);
    for (Source source : sources) {
      source.publish();
    }
  }
}
