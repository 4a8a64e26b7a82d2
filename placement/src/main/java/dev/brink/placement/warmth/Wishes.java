package dev.brink.placement.warmth;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Functions that somebody asked to have warm, until they are or it was in vain for five seconds; at
 * most 256, further ones are refused. Not thread-safe.
 */
final class Wishes {
  private static final int MOST = 256;
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  private final Map<String, Long> since = new LinkedHashMap<>();
  private long met;
  private long refused;

  void add(String id, long nowNanos) {
    if (since.size() < MOST) {
      since.putIfAbsent(id, nowNanos);
    } else {
      refused++;
    }
  }

  /** The oldest first, without those that waited too long. */
  List<String> open(long nowNanos) {
    since
        .values()
        .removeIf(
            asked -> {
              boolean late = nowNanos - asked > PATIENCE_NANOS;
              refused += late ? 1 : 0;
              return late;
            });
    return List.copyOf(since.keySet());
  }

  /** Those that are so already. */
  void forget(Predicate<String> which) {
    since.keySet().removeIf(which);
  }

  /** Returns whether it was wished for. */
  boolean met(String id) {
    boolean wished = since.remove(id) != null;
    met += wished ? 1 : 0;
    return wished;
  }

  long met() {
    return met;
  }

  long refused() {
    return refused;
  }
}
