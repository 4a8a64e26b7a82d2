package dev.brink.exec;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Threads for what the host computes for guests and takes too long for a lane: none before they are
 * needed. The owners take turns, and one alone never has all of the threads: there is one more than
 * it may use. Thread-safe.
 */
final class BackgroundWork {
  private static final int MAX_QUEUED = 4_096;
  private static final int MAX_QUEUED_PER_OWNER = 1_024;

  /** Of an owner, however many others' wait. */
  private static final int ALWAYS = 16;

  private static final int KEEP_SECONDS = 30;

  private final ThreadPoolExecutor threads;
  private final int mostThreads;

  /** Of those who have something here, in the order of their turns. Its own lock. */
  private final SequencedMap<OwnerUse, Work> owners = new LinkedHashMap<>();

  private int queued;
  private int workers;

  /** What is one owner's. */
  private static final class Work {
    final Deque<FutureTask<?>> waiting = new ArrayDeque<>();
    int running;
  }

  private record Turn(OwnerUse owner, FutureTask<?> task) {}

  /**
   * @param mostThreads that one owner may use at a time
   */
  BackgroundWork(int mostThreads) {
    this.mostThreads = mostThreads;
    threads =
        new ThreadPoolExecutor(
            mostThreads + 1,
            mostThreads + 1,
            KEEP_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            Thread.ofPlatform().daemon().name("brink-work-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Any thread. Returns {@code null} when too much is waiting; the work handles its own errors. */
  @Nullable Future<?> submit(OwnerUse owner, Runnable work) {
    var task = new FutureTask<>(work, null);
    synchronized (owners) {
      Work own = owners.computeIfAbsent(owner, _ -> new Work());
      if (own.waiting.size() >= (queued < MAX_QUEUED ? MAX_QUEUED_PER_OWNER : ALWAYS)) {
        return null;
      }
      own.waiting.add(task);
      queued++;
      if (own.running == mostThreads || workers > mostThreads) {
        return task;
      }
      workers++;
    }
    try {
      threads.execute(this::work);
      return task;
    } catch (RejectedExecutionException e) {
      return null;
    }
  }

  private void work() {
    for (Turn turn = next(); turn != null; turn = next()) {
      turn.task.run();
      ended(turn.owner);
      // If it was cancelled: the next is another's.
      var _ = Thread.interrupted();
    }
  }

  /** What is to be done now; none when nothing waits, or only for those who have all they may. */
  private @Nullable Turn next() {
    synchronized (owners) {
      if (threads.isShutdown()) {
        return null;
      }
      Iterator<OwnerUse> inTurn = owners.keySet().iterator();
      while (inTurn.hasNext()) {
        OwnerUse owner = inTurn.next();
        Work own = owners.get(owner);
        if (own != null && own.running < mostThreads && !own.waiting.isEmpty()) {
          own.running++;
          queued--;
          owners.putLast(owner, own);
          return new Turn(owner, own.waiting.remove());
        }
      }
      workers--;
      return null;
    }
  }

  private void ended(OwnerUse owner) {
    synchronized (owners) {
      Work own = owners.get(owner);
      if (own != null && --own.running == 0 && own.waiting.isEmpty()) {
        owners.remove(owner);
      }
    }
  }

  void close() {
    threads.shutdownNow();
  }
}
