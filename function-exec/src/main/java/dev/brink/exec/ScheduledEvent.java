package dev.brink.exec;

import java.time.Instant;

/**
 * A tick of a function's schedule, which its {@code scheduled} handler hears of.
 *
 * @param scheduledTime when the tick was due; the function sees whole milliseconds
 * @param cron the expression that it follows from, as the function's author wrote it; may be empty
 * @param requestId appears in the console's log lines
 * @param deadlineNanos when it must have ended, on {@link System#nanoTime}'s scale
 */
public record ScheduledEvent(
    Instant scheduledTime, String cron, String requestId, long deadlineNanos) implements Trigger {}
