package dev.brink.grid;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * A host and a port, not resolved: names are looked up again at each use.
 *
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 */
record HostPort(String host, int port) {
  static HostPort of(InetAddress address, int port) {
    return new HostPort(address.getHostAddress(), port);
  }

  static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? text : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw invalid(text);
    }
    int port = colon < 0 ? -1 : number(text.substring(colon + 1));
    if (host.isEmpty() || host.length() > 255 || port < 1 || port > 65_535) {
      throw invalid(text);
    }
    return new HostPort(host, port);
  }

  /** Looks the name up; unresolved when there is no such name. */
  InetSocketAddress resolve() {
    return new InetSocketAddress(host, port);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
  }

  private static int number(String digits) {
    if (digits.isEmpty()
        || digits.length() > 5
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    return Integer.parseInt(digits);
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException("seed: " + text + " (expected: host:port)");
  }
}
