package dev.brink.mesh.function;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * What each call under way has read so far, so that placement learns where a function's data is.
 * Bounded: beyond 4,096 calls, and beyond 8 sources of one call, reads are not counted, and those
 * of a call that has read nothing for five minutes are forgotten, as what reads once its call has
 * ended is never asked for. Thread-safe.
 */
public final class ReadTally {
  private static final int MAX_CALLS = 4_096;
  private static final int MAX_SOURCES = 8;

  private static final long MAX_AGE_NANOS = TimeUnit.MINUTES.toNanos(5);
  private static final long SWEEP_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** What a call has read, and when it last did. */
  private record Reads(Map<String, Integer> bySource, long atNanos) {}

  private final LongSupplier nanoTime;
  private final Map<String, Reads> byCall = new ConcurrentHashMap<>();
  private final AtomicLong sweptNanos;

  /** Empty. */
  public ReadTally() {
    this(System::nanoTime);
  }

  ReadTally(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.sweptNanos = new AtomicLong(nanoTime.getAsLong());
  }

  /**
   * A call read a source once.
   *
   * @param function the bundle's name
   * @param source as placement names it
   */
  public void read(String function, String requestId, String source) {
    long now = nanoTime.getAsLong();
    sweep(now);
    byCall.compute(
        key(function, requestId),
        (call, reads) -> {
          if (reads == null) {
            return byCall.size() >= MAX_CALLS ? null : new Reads(Map.of(source, 1), now);
          }
          Map<String, Integer> had = reads.bySource;
          if (had.size() >= MAX_SOURCES && !had.containsKey(source)) {
            return reads;
          }
          var more = new HashMap<>(had);
          more.merge(source, 1, Integer::sum);
          return new Reads(Map.copyOf(more), now);
        });
  }

  /** Once a minute, by whoever comes first. */
  private void sweep(long now) {
    long swept = sweptNanos.get();
    if (now - swept > SWEEP_NANOS && sweptNanos.compareAndSet(swept, now)) {
      byCall.values().removeIf(reads -> now - reads.atNanos > MAX_AGE_NANOS);
    }
  }

  /** What a call has read; it is forgotten. */
  Map<String, Integer> take(String function, String requestId) {
    if (byCall.isEmpty()) {
      return Map.of();
    }
    Reads reads = byCall.remove(key(function, requestId));
    return reads == null ? Map.of() : reads.bySource;
  }

  private static String key(String function, String requestId) {
    return requestId + " " + function;
  }
}
