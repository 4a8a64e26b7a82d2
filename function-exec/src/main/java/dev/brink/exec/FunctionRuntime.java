package dev.brink.exec;

import java.util.concurrent.CompletionStage;

/**
 * A sandboxed JavaScript runtime in this JVM: it loads function versions and runs invocations of
 * them on lanes, within limits.
 *
 * <p>Thread-safe. No method blocks the caller.
 */
public interface FunctionRuntime extends AutoCloseable {
  /** With defaults: see {@link FunctionRuntimeBuilder}. */
  static FunctionRuntimeBuilder builder() {
    return new FunctionRuntimeBuilder();
  }

  /**
   * Completes once the engine is warm: the first script in a JVM takes about a second. Loading and
   * invoking work before that, slowly.
   */
  CompletionStage<Void> ready();

  /**
   * Parses, links and warms a function, so that its first invocation is not a cold one.
   *
   * @return completes with the loaded function; fails with a {@link FunctionException} of code
   *     {@link FunctionException.Code#MODULE_ERROR} that carries the line and column when the
   *     module does not parse, link or evaluate; with that of a limit when it met one
   */
  CompletionStage<LoadedFunction> load(FunctionBundle bundle);

  /** How busy the lanes are now. Cheap: reads a few counters. */
  RuntimeLoad load();

  /** Whether it can be relied on. Cheap: reads two counters. */
  RuntimeHealth health();

  /** How many instances there are and were. Cheap: reads two counters. */
  InstanceCounts instances();

  /** What functions' WebSockets do. Cheap: reads a few counters. */
  WebSocketCounts webSockets();

  /** How often functions met a limit since the runtime started. Cheap: reads a counter. */
  long limitsMet(Limit limit);

  /**
   * How much of its credit of processor time the function has left that has the least: from 0 to 1,
   * and 1 when none has credit.
   *
   * @see FunctionLimits
   */
  double leastCpuCredit();

  /**
   * Begins to close the WebSockets that are open, and each that opens from now on, with 1001, so
   * that the invocations that have them end; for a host that is about to stop.
   */
  void closeWebSockets();

  /**
   * Ends queued and running invocations, loads and warm-ups with {@link
   * FunctionException.Code#CLOSED} and frees the engine, in the background. Idempotent.
   */
  @Override
  void close();
}
