package dev.brink.mesh.function;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What each call under way has read so far, so that placement learns where a function's data is.
 * Bounded: beyond 4,096 calls, and beyond 8 sources of one call, reads are not counted.
 * Thread-safe.
 */
public final class ReadTally {
  private static final int MAX_CALLS = 4_096;
  private static final int MAX_SOURCES = 8;

  private final Map<String, Map<String, Integer>> byCall = new ConcurrentHashMap<>();

  /**
   * A call read a source once.
   *
   * @param function the bundle's name
   * @param source as placement names it
   */
  public void read(String function, String requestId, String source) {
    byCall.compute(
        key(function, requestId),
        (call, reads) -> {
          if (reads == null) {
            return byCall.size() >= MAX_CALLS ? null : Map.of(source, 1);
          }
          if (reads.size() >= MAX_SOURCES && !reads.containsKey(source)) {
            return reads;
          }
          var more = new HashMap<>(reads);
          more.merge(source, 1, Integer::sum);
          return Map.copyOf(more);
        });
  }

  /** What a call has read; it is forgotten. */
  Map<String, Integer> take(String function, String requestId) {
    if (byCall.isEmpty()) {
      return Map.of();
    }
    Map<String, Integer> reads = byCall.remove(key(function, requestId));
    return reads == null ? Map.of() : reads;
  }

  private static String key(String function, String requestId) {
    return requestId + " " + function;
  }
}
