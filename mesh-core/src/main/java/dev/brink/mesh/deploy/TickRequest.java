package dev.brink.mesh.deploy;

import java.time.Instant;
import java.util.Optional;

/**
 * A tick of a function's schedule that somebody asks for, beside those that are due.
 *
 * @param time when it is due, as the function sees it; empty: now
 * @param cron the expression it follows from, as the function sees it; empty: the first of the
 *     function's schedule
 */
public record TickRequest(Optional<Instant> time, Optional<String> cron) {
  /** One that is due now, by the function's first expression. */
  public static final TickRequest NOW = new TickRequest(Optional.empty(), Optional.empty());
}
