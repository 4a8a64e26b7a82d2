package dev.brink.exec.outbound;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;

/**
 * A host and port that functions may reach although they are special. The host is a name, or an
 * address as URLs have it (without brackets).
 *
 * @param port 0: any
 */
public record OutboundTarget(String host, int port) {
  public OutboundTarget {
    host = host.indexOf(':') < 0 ? host : shortened(host);
  }

  /** As URLs have it: there is more than one way to write such an address. */
  private static String shortened(String address) {
    try {
      return NetUtil.toAddressString(InetAddress.ofLiteral(address));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "target: " + address + " (expected: a name, or an IP address)", e);
    }
  }

  /** {@code host}, {@code host:port} or {@code [v6]:port}; {@code *} as the port is any. */
  public static OutboundTarget parse(String text) {
    int colon = text.lastIndexOf(':');
    boolean bracketed = text.startsWith("[");
    boolean hasPort = colon > text.indexOf(']') && (bracketed || text.indexOf(':') == colon);
    String host = hasPort ? text.substring(0, colon) : text;
    String port = hasPort ? text.substring(colon + 1) : "*";
    if (bracketed && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int number = port.equals("*") ? 0 : number(port);
    if (host.isEmpty() || number < 0) {
      throw new IllegalArgumentException("target: " + text + " (expected: host or host:port)");
    }
    return new OutboundTarget(host.toLowerCase(Locale.ROOT), number);
  }

  private static int number(String port) {
    try {
      int number = Integer.parseInt(port);
      return number >= 1 && number <= 65_535 ? number : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  boolean is(String otherHost, int otherPort) {
    return host.equalsIgnoreCase(otherHost) && (port == 0 || port == otherPort);
  }

  @Override
  public String toString() {
    String shown = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return port == 0 ? shown : shown + ":" + port;
  }
}
