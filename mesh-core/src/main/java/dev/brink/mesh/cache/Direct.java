package dev.brink.mesh.cache;

import dev.brink.mesh.exchange.Call;
import dev.brink.mesh.exchange.CallListener;
import dev.brink.mesh.exchange.Executor;

/** Answers calls of one target without a cache. Thread-safe; never blocks. */
@FunctionalInterface
public interface Direct {
  /** Starts the call; the listener is told of the outcome, on any thread. */
  Executor.Running execute(Call call, CallListener listener);
}
