package dev.brink.grid;

import dev.brink.grid.GridUnavailableException.Reason;
import org.apache.ignite.internal.NodeStoppingException;
import org.apache.ignite.internal.processors.cache.CacheInvalidStateException;
import org.apache.ignite.internal.transactions.IgniteTxHeuristicCheckedException;
import org.apache.ignite.internal.transactions.IgniteTxRollbackCheckedException;
import org.apache.ignite.transactions.TransactionHeuristicException;
import org.apache.ignite.transactions.TransactionRollbackException;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one write: whether it may have been done. Told by the thread that does it, asked
 * by any.
 */
final class WriteOutcome {
  private boolean sent;
  private boolean ended;

  /**
   * From now on it may be done.
   *
   * @throws GridUnavailableException when its caller has been told how it ended
   */
  synchronized void sent() {
    if (ended) {
      throw KeyValueCalls.unavailable(Reason.TIMEOUT, "a write was given up", null);
    }
    sent = true;
  }

  /** The attempt did nothing, nor will. */
  synchronized void notDone() {
    sent = false;
  }

  /** Whether it may have been done, or may be yet. */
  synchronized boolean unknown() {
    return sent;
  }

  /** Its caller is told that it failed: nothing more is begun; as {@link #unknown}. */
  synchronized boolean end() {
    ended = true;
    return sent;
  }

  /**
   * Whether Ignite's failure says that nothing was done. It does when it began nothing, and when
   * the member that was to do it is gone and its backup has promised not to; it says the same, but
   * cannot know it, when both are gone.
   */
  static boolean rolledBack(Throwable failure) {
    boolean said = false;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof TransactionHeuristicException
          || cause instanceof IgniteTxHeuristicCheckedException
          || cause instanceof NodeStoppingException
          || backupGone(cause.getMessage())) {
        return false;
      }
      said |=
          cause instanceof CacheInvalidStateException
              || cause instanceof TransactionRollbackException
              || cause instanceof IgniteTxRollbackCheckedException;
    }
    return said;
  }

  private static boolean backupGone(@Nullable String message) {
    return message != null
        && (message.contains("backup has left grid") || message.contains("Remote node left grid"));
  }
}
