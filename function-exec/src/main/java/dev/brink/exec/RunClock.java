package dev.brink.exec;

/** Where an invocation's time goes. On its lane once it has started. */
final class RunClock {
  private final long queuedNanos = System.nanoTime();
  private long startNanos;
  private long enteredNanos;
  private long respondedNanos;
  private boolean cold;

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

  /** It has an answer, or never will; the first call counts. */
  void responded() {
    if (respondedNanos == 0) {
      respondedNanos = System.nanoTime();
    }
  }

  /** Of what never entered the guest. */
  Timing queued() {
    return new Timing(false, startNanos - queuedNanos, 0, 0);
  }

  Timing timing() {
    long coldNanos = cold ? enteredNanos - startNanos : 0;
    return new Timing(
        cold, startNanos - queuedNanos, coldNanos, Math.max(0, respondedNanos - enteredNanos));
  }

  long wallNanos() {
    return System.nanoTime() - startNanos;
  }
}
