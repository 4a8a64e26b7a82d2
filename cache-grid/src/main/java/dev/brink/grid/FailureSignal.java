package dev.brink.grid;

import org.apache.ignite.Ignite;
import org.apache.ignite.failure.AbstractFailureHandler;
import org.apache.ignite.failure.FailureContext;
import org.jspecify.annotations.Nullable;

/** Passes a critical failure of Ignite on, never stops the JVM, and lets slow workers be. */
final class FailureSignal extends AbstractFailureHandler {
  /** Hears of a failure; must not wait. */
  @FunctionalInterface
  interface Receiver {
    void failed(String reason, @Nullable Throwable cause);
  }

  private final Receiver receiver;

  FailureSignal(Receiver receiver) {
    this.receiver = receiver;
  }

  @Override
  protected boolean handle(Ignite ignite, FailureContext failure) {
    receiver.failed(failure.type().toString(), failure.error());
    return true;
  }
}
