package dev.brink.mesh.exchange;

/**
 * Where calls are answered. Thread-safe; never blocks.
 *
 * @param <T> the kind of target it answers for
 */
public interface Executor<T extends Target> {
  /** Starts the call; the listener is told of the outcome, on any thread. */
  Running execute(Call call, T target, CallListener listener);

  /** A call under way. */
  interface Running {
    /** The caller has gone. Idempotent; the listener may still be called. */
    void cancel();
  }
}
