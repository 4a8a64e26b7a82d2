package dev.brink.mesh.function;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How often each function version is called here, and how long a call keeps a lane. Thread-safe.
 */
public final class CallCounts {
  private static final long LOOK_NANOS = 1_000_000;

  private final ConcurrentHashMap<String, Count> byDigest = new ConcurrentHashMap<>();

  /** The calls of one version. */
  static final class Count {
    private static final int MEAN_SHIFT = 4;

    private final AtomicLong begun = new AtomicLong();
    private final AtomicInteger inFlight = new AtomicInteger();

    /** Ends that meet may lose one of them. */
    private volatile long meanCpuNanos;

    void began() {
      begun.incrementAndGet();
      inFlight.incrementAndGet();
    }

    void ended(long cpuNanos) {
      inFlight.decrementAndGet();
      long mean = meanCpuNanos;
      meanCpuNanos = mean == 0 ? cpuNanos : mean + ((cpuNanos - mean) >> MEAN_SHIFT);
    }

    long begun() {
      return begun.get();
    }

    int inFlight() {
      return inFlight.get();
    }

    long meanCpuNanos() {
      return meanCpuNanos;
    }
  }

  /** Of a version, from now on counted. */
  Count of(String digest) {
    Count count = byDigest.get(digest);
    return count == null ? byDigest.computeIfAbsent(digest, _ -> new Count()) : count;
  }

  /** Waits until no call is under way any more, for so long at most; whether that is so. */
  boolean awaitNone(Duration limit) {
    long since = System.nanoTime();
    while (byDigest.values().stream().anyMatch(count -> count.inFlight() > 0)) {
      if (System.nanoTime() - since > limit.toNanos() || Thread.currentThread().isInterrupted()) {
        return false;
      }
      LockSupport.parkNanos(this, LOOK_NANOS);
    }
    return true;
  }

  /** Forgets versions that are no longer loaded and not called. */
  void retain(Set<String> digests) {
    byDigest
        .entrySet()
        .removeIf(e -> !digests.contains(e.getKey()) && e.getValue().inFlight() == 0);
  }
}
