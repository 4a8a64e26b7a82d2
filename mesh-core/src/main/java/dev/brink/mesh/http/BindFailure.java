package dev.brink.mesh.http;

import java.io.IOException;
import java.net.InetSocketAddress;

/** What a node says that cannot listen where it was told to. */
public final class BindFailure {
  /**
   * Names the port, what is wrong with it, and the option.
   *
   * @param option the port's key in the configuration
   */
  public static IOException of(String option, InetSocketAddress address, Throwable cause) {
    String problem = address.getPort() + " at " + address.getHostString() + ": " + reason(cause);
    return of(option, problem, cause);
  }

  /**
   * The same where the problem is worded already.
   *
   * @param problem the port, where, and what is wrong with it
   */
  public static IOException of(String option, String problem, Throwable cause) {
    return new IOException(option + ": " + problem + " (expected: a port that is free)", cause);
  }

  private static String reason(Throwable cause) {
    String said = String.valueOf(cause.getMessage());
    return said.contains("in use") ? "it is in use" : said;
  }

  private BindFailure() {}
}
