package dev.brink.exec;

import java.util.concurrent.CompletionStage;

/** A function version that is ready to run on this node. Thread-safe. */
public interface LoadedFunction extends AutoCloseable {
  FunctionBundle bundle();

  /** Nanoseconds that parsing and linking took, and warming. */
  long loadNanos();

  /** Whether an instance is ready, so that an invocation now would not be a cold start. */
  boolean warm();

  /** Lanes that have an instance ready: each runs invocations of its own. */
  int warmLanes();

  /**
   * An estimate of what one instance holds: the bytes that making the last one in advance
   * allocated, so rather too many.
   */
  long instanceBytes();

  /**
   * Makes instances in the background, each on a lane that has nothing else to do, until {@code
   * lanes} lanes have one.
   *
   * @return how many it begins: fewer than are missing when too few lanes are idle
   */
  int warm(int lanes);

  /**
   * On how many lanes the instances have run ten calls or more in the last minute, which the next
   * ones would have to make anew.
   */
  int payingLanes();

  /**
   * Discards idle instances in the background until at most {@code lanes} lanes have one. An
   * instance that is in use stays; and, unless {@code lanes} is 0, those of {@link #payingLanes}.
   *
   * @return on how many lanes it tries
   */
  int evict(int lanes);

  /**
   * Makes an instance in the background, if none is ready then.
   *
   * @return completes when one is ready; fails with a {@link FunctionException} when its modules
   *     fail, or the function was closed
   */
  CompletionStage<LoadedFunction> warmUp();

  /**
   * Starts an invocation. Returns at once; the listener is called on a lane, or on the caller's
   * thread when the invocation is refused before it starts.
   */
  Running invoke(Invocation invocation, InvocationListener listener);

  /**
   * Has the function's {@code scheduled} handler hear of a tick. The listener gets a response of
   * status 204 without a body when the handler's promise is fulfilled, and a failure of code {@link
   * FunctionException.Code#NO_HANDLER} when the function has no such handler; otherwise as {@link
   * #invoke(Invocation, InvocationListener)}.
   */
  Running invoke(ScheduledEvent event, InvocationListener listener);

  /**
   * Takes no further invocation: {@link #invoke} then fails with {@link
   * FunctionException.Code#CLOSED}. Those under way or waiting for a lane finish; then the
   * instances are discarded. So a service that replaces a version loses no call.
   */
  @Override
  void close();

  /** An invocation under way. */
  interface Running {
    /**
     * The caller has gone: aborts the request's signal and ends the invocation, or, where it has
     * promises to wait for, its response: these go on within its limits, and its outcome is then
     * {@link FunctionException.Code#CANCELLED}. Idempotent.
     */
    void cancel();
  }
}
