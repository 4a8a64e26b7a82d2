package dev.brink.exec;

import dev.brink.exec.lane.Watched;
import org.jspecify.annotations.Nullable;

/**
 * Why an instance ends.
 *
 * @param culprit whose doing it is; {@code null}: no invocation's
 */
record Ending(FunctionException cause, @Nullable Watched culprit) {
  /** Why one of its invocations does. */
  FunctionException causeFor(Run run) {
    return run == culprit || culprit == null
        ? cause
        : new FunctionException(
            cause.code(),
            "the instance was ended because of another invocation: " + cause.getMessage(),
            null);
  }
}
