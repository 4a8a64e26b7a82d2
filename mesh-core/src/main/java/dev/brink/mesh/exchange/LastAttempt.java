package dev.brink.mesh.exchange;

import org.jspecify.annotations.Nullable;

/**
 * A call that is tried several times, one after the other: a cancel ends the last attempt, also one
 * that begins later. The news that an attempt has begun may come when it has failed already and the
 * next one is under way. Thread-safe.
 */
public final class LastAttempt implements Executor.Running {
  private int last;
  private Executor.@Nullable Running running;
  private boolean cancelled;

  /**
   * An attempt has begun.
   *
   * @param number of the attempt, from 1
   */
  public void began(int number, Executor.Running attempt) {
    boolean unwanted;
    synchronized (this) {
      if (number > last) {
        last = number;
        running = attempt;
      }
      unwanted = cancelled;
    }
    if (unwanted) {
      attempt.cancel();
    }
  }

  /** Whether no further attempt is wanted. */
  public synchronized boolean cancelled() {
    return cancelled;
  }

  @Override
  public void cancel() {
    Executor.Running current;
    synchronized (this) {
      cancelled = true;
      current = running;
    }
    if (current != null) {
      current.cancel();
    }
  }
}
