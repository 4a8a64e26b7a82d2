package dev.brink.grid;

import java.io.IOException;

/** A port that the grid is to listen at cannot be bound: most often another process has it. */
public final class PortTakenException extends GridException {
  private static final long serialVersionUID = 1L;

  private final String option;
  private final String problem;

  PortTakenException(String option, String host, int port, IOException cause) {
    this(option, port + " at " + host + ": " + reason(cause), cause);
  }

  private PortTakenException(String option, String problem, IOException cause) {
    super(option + ": " + problem + " (expected: a port that is free)", cause);
    this.option = option;
    this.problem = problem;
  }

  private static String reason(IOException cause) {
    String said = String.valueOf(cause.getMessage());
    return said.contains("in use") ? "it is in use" : said;
  }

  /** What of {@link GridBuilder} it was set with, such as {@code communicationPort}. */
  public String option() {
    return option;
  }

  /** The port, where, and why it can't be bound. */
  public String problem() {
    return problem;
  }
}
