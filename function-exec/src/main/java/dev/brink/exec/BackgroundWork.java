package dev.brink.exec;

import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads for what the host computes for guests and takes too long for a lane: about as many as
 * lanes, none before they are needed.
 */
final class BackgroundWork {
  private static final int MAX_QUEUED = 4_096;
  private static final int KEEP_SECONDS = 30;

  private final ThreadPoolExecutor threads;

  BackgroundWork(int parallelism) {
    threads =
        new ThreadPoolExecutor(
            parallelism,
            parallelism,
            KEEP_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_QUEUED),
            Thread.ofPlatform().daemon().name("brink-work-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Any thread. Returns {@code null} when too much is waiting; the work handles its own errors. */
  @Nullable Future<?> submit(Runnable work) {
    try {
      return threads.submit(work);
    } catch (RejectedExecutionException e) {
      return null;
    }
  }

  void close() {
    threads.shutdownNow();
  }
}
