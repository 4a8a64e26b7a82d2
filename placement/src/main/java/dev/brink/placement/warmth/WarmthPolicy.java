package dev.brink.placement.warmth;

/**
 * Decides for one function whether an instance is held ready while nobody calls it.
 *
 * <p>{@link #idle} and {@link #busy} take turns; {@link #hold} may be asked any number of times in
 * between, and not for an earlier time than before. Times are {@code System.nanoTime}'s scale. Not
 * thread-safe. Made by {@link WarmthPolicyKind#create}.
 */
public interface WarmthPolicy {
  /** The last call has ended, and no other is under way. */
  void idle(long nowNanos, WarmthSignals signals);

  /** What is wanted now, as long as the function is idle. */
  Hold hold(long nowNanos);

  /** A call has come: the idle time is over, and is learned from. */
  void busy(long nowNanos);
}
