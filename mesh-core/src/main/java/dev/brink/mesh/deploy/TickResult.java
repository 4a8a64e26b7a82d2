package dev.brink.mesh.deploy;

import java.time.Instant;
import java.util.List;

/**
 * How a tick that somebody asked for went.
 *
 * @param node the name of the node that ran it
 * @param time when it was due, as the function saw it
 * @param cron the expression, as the function saw it
 * @param code empty when it went well; else the stable code of what went wrong
 * @param detail what went wrong, in the function's words where they are its
 * @param cold whether an instance was made for it
 * @param wallMillis until all that it waited for had ended
 * @param cpuMillis processor time
 * @param log what the function printed, in order
 */
public record TickResult(
    String node,
    Instant time,
    String cron,
    String code,
    String detail,
    boolean cold,
    double wallMillis,
    double cpuMillis,
    List<Line> log) {
  public TickResult {
    log = List.copyOf(log);
  }

  /** Whether it went well. */
  public boolean ok() {
    return code.isEmpty();
  }

  /**
   * What the function printed at once.
   *
   * @param level {@code DEBUG}, {@code INFO}, {@code WARN} or {@code ERROR}
   */
  public record Line(String level, String text) {}
}
