package dev.brink.mesh.http;

import dev.brink.grid.PortTakenException;
import java.io.IOException;
import java.net.InetSocketAddress;

/** What a node says that cannot listen where it was told to: in the grid's words. */
public final class BindFailure {
  /**
   * Names the port, what is wrong with it, and the option.
   *
   * @param option the port's key in the configuration
   */
  public static IOException of(String option, InetSocketAddress address, Throwable cause) {
    return new IOException(PortTakenException.message(option, address, cause), cause);
  }

  /**
   * The same of a port of the grid.
   *
   * @param option the port's key in the configuration
   */
  public static IOException of(String option, PortTakenException taken) {
    return new IOException(taken.message(option), taken);
  }

  private BindFailure() {}
}
