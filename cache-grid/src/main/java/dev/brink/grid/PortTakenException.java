package dev.brink.grid;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A port that the grid is to listen at cannot be bound: most often another process has it. */
public final class PortTakenException extends GridException {
  private static final long serialVersionUID = 1L;

  private final String option;
  private final InetSocketAddress address;
  private final IOException taken;

  PortTakenException(String option, InetSocketAddress address, IOException cause) {
    super(message(option, address, cause), cause);
    this.option = option;
    this.address = address;
    this.taken = cause;
  }

  /**
   * What is said of any port that can't be bound: the option, the port, where, and what is wrong.
   *
   * @param option the port's name where it is set
   */
  public static String message(String option, InetSocketAddress address, Throwable cause) {
    String said = String.valueOf(cause.getMessage());
    return option
        + ": "
        + address.getPort()
        + " at "
        + address.getHostString()
        + ": "
        + (said.contains("in use") ? "it is in use" : said)
        + " (expected: a port that is free)";
  }

  /** What of {@link GridBuilder} it was set with, such as {@code communicationPort}. */
  public String option() {
    return option;
  }

  /**
   * The same for those who set the port under another name.
   *
   * @param name the option's name there
   */
  public String message(String name) {
    return message(name, address, taken);
  }
}
