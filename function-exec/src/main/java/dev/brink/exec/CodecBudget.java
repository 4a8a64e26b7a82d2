package dev.brink.exec;

import java.util.HashMap;
import java.util.Map;

/**
 * How many codecs of brotli there may be, in the JVM and of one owner: a decoder holds the window
 * that its data asks for, 16 MiB at most, outside of the heap, where no limit of a function sees
 * it. Thread-safe.
 */
final class CodecBudget {
  private static final int MAX_OPEN = 32;
  private static final int MAX_PER_OWNER = 8;

  private final Map<String, Integer> byOwner = new HashMap<>();
  private int open;

  /** Whether {@code owner} may open one more; to be given back by {@link #release}. */
  synchronized boolean take(String owner) {
    int has = byOwner.getOrDefault(owner, 0);
    if (open == MAX_OPEN || has == MAX_PER_OWNER) {
      return false;
    }
    open++;
    byOwner.put(owner, has + 1);
    return true;
  }

  synchronized void release(String owner) {
    open--;
    byOwner.computeIfPresent(owner, (_, has) -> has == 1 ? null : has - 1);
  }
}
