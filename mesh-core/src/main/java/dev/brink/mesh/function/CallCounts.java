package dev.brink.mesh.function;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How often each function version is called here, and how long a call keeps a lane. Thread-safe.
 */
public final class CallCounts {
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

  /** Forgets versions that are no longer loaded and not called. */
  void retain(Set<String> digests) {
    byDigest
        .entrySet()
        .removeIf(e -> !digests.contains(e.getKey()) && e.getValue().inFlight() == 0);
  }
}
