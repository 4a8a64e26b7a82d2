package dev.brink.exec;

import org.jspecify.annotations.Nullable;

/** Where an invocation's time goes. On its lane once it has started. */
final class RunClock {
  private final long queuedNanos = System.nanoTime();
  private long startNanos;
  private long enteredNanos;
  private long respondedNanos;
  private long coldSharedNanos;
  private long runSharedNanos;
  private long laneNanos;
  private boolean cold;
  private @Nullable Timing known;

  /** For how long it has been there. Any thread. */
  long waitedNanos(long nowNanos) {
    return nowNanos - queuedNanos;
  }

  /** It has a lane. */
  void started(long nowNanos) {
    startNanos = nowNanos;
  }

  /** There is no instance for it yet. */
  void cold() {
    cold = true;
  }

  /** Its instance is ready. */
  void entered() {
    enteredNanos = System.nanoTime();
  }

  /** A turn of it that is over waited for so long for a processor, or its lane, in overtime. */
  void shared(long nanos) {
    if (enteredNanos == 0) {
      coldSharedNanos += nanos;
    } else if (respondedNanos == 0) {
      runSharedNanos += nanos;
    }
  }

  /** A turn of it that is over took so long, without that waiting. */
  void turned(long nanos) {
    if (enteredNanos != 0 && known == null) {
      laneNanos += nanos;
    }
  }

  /**
   * It has an answer, or never will; the first call counts.
   *
   * @param sharedNanos as {@link #shared}, of the turn under way
   */
  void responded(long sharedNanos) {
    if (enteredNanos == 0) {
      // It never came so far.
      entered();
    }
    if (respondedNanos == 0) {
      runSharedNanos += sharedNanos;
      respondedNanos = System.nanoTime();
    }
  }

  /** Of what never entered the guest. */
  Timing queued() {
    return new Timing(false, startNanos - queuedNanos, 0, 0, 0);
  }

  /** As its caller hears it, first when it has an answer or never will: the same from then on. */
  Timing timing() {
    Timing before = known;
    if (before != null) {
      return before;
    }
    long coldNanos = cold ? enteredNanos - startNanos - coldSharedNanos : 0;
    long runNanos = respondedNanos - enteredNanos - runSharedNanos;
    long queueNanos = startNanos - queuedNanos + coldSharedNanos + runSharedNanos;
    var timing =
        new Timing(cold, queueNanos, Math.max(0, coldNanos), Math.max(0, runNanos), laneNanos);
    known = timing;
    return timing;
  }

  long wallNanos() {
    return System.nanoTime() - startNanos;
  }
}
