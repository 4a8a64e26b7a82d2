package dev.brink.cache;

import org.jspecify.annotations.Nullable;

/**
 * A fetch that is sent again when its answer is of no use: a cancel ends what was sent last, also
 * what is sent later. An answer may come, and have it sent again, before it is known what to cancel
 * of the one answered. Thread-safe.
 */
final class LastSent {
  private int numbered;
  private int last;
  private HttpCache.@Nullable Running running;
  private boolean cancelled;

  /** The number of what is sent next. */
  synchronized int next() {
    return ++numbered;
  }

  /** What has that number is under way. */
  void began(int number, HttpCache.Running sent) {
    boolean unwanted;
    synchronized (this) {
      if (number > last) {
        last = number;
        running = sent;
      }
      unwanted = cancelled;
    }
    if (unwanted) {
      sent.cancel();
    }
  }

  void cancel() {
    HttpCache.Running current;
    synchronized (this) {
      cancelled = true;
      current = running;
    }
    if (current != null) {
      current.cancel();
    }
  }
}
