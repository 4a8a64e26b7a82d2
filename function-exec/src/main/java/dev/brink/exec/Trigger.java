package dev.brink.exec;

/** What a function is run for. */
public sealed interface Trigger permits Invocation, ScheduledEvent {
  /** Appears in the console's log lines. */
  String requestId();

  /** When nobody waits for the outcome any more, on {@link System#nanoTime}'s scale. */
  long deadlineNanos();
}
