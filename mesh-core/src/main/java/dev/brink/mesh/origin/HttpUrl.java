package dev.brink.mesh.origin;

import java.util.Locale;

/**
 * The parts of an absolute URL in the form that the URL Standard gives it, in which a path and a
 * query may hold what RFC 3986 forbids. Nothing is decoded or changed on the way but the letters'
 * case in scheme and host, so whoever checks the host checks the one that is connected to.
 *
 * @param scheme {@code http} or {@code https}
 * @param host a name or an IP address, an IPv6 one in brackets
 * @param authority what {@code Host} says: the host, and the port unless it is the scheme's own
 * @param target path and query
 */
public record HttpUrl(String scheme, String host, int port, String authority, String target) {
  private static final int MAX_PORT = 65_535;

  /**
   * Takes a URL apart.
   *
   * @throws IllegalArgumentException unless {@code http(s)://host[:port][/path][?query]}, in
   *     visible ASCII
   */
  public static HttpUrl parse(String url) {
    int colon = url.indexOf("://");
    String scheme = colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
    boolean tls = scheme.equals("https");
    if ((!tls && !scheme.equals("http")) || !isVisible(url)) {
      throw bad(url);
    }
    int begin = colon + 3;
    int end = begin;
    while (end < url.length() && "/?".indexOf(url.charAt(end)) < 0) {
      end++;
    }
    String authority = url.substring(begin, end);
    int hostEnd = authority.startsWith("[") ? authority.indexOf(']') + 1 : authority.indexOf(':');
    String host = hostEnd < 0 ? authority : authority.substring(0, hostEnd);
    String after = authority.substring(host.length());
    int byDefault = tls ? 443 : 80;
    int port = after.isEmpty() ? byDefault : port(after);
    if (!isHost(host) || port < 1) {
      throw bad(url);
    }
    host = host.toLowerCase(Locale.ROOT);
    String rest = url.substring(end);
    return new HttpUrl(
        scheme,
        host,
        port,
        port == byDefault ? host : host + ":" + port,
        rest.startsWith("/") ? rest : "/" + rest);
  }

  /** All but a fragment may be in it. */
  private static boolean isVisible(String url) {
    return url.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#');
  }

  private static boolean isHost(String host) {
    boolean literal = host.startsWith("[");
    String name = literal ? host.substring(1, host.length() - 1) : host;
    String others = literal ? ":." : "-._~";
    return !name.isEmpty()
        && name.chars().allMatch(c -> isIn(c, literal) || others.indexOf(c) >= 0);
  }

  private static boolean isIn(int c, boolean literal) {
    int letter = c | 0x20;
    return (c >= '0' && c <= '9') || (letter >= 'a' && letter <= (literal ? 'f' : 'z'));
  }

  /** Of {@code :port}; 0 when it is none. */
  private static int port(String text) {
    String digits = text.substring(1);
    if (text.charAt(0) != ':'
        || digits.isEmpty()
        || digits.length() > 5
        || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return 0;
    }
    int port = Integer.parseInt(digits);
    return port > MAX_PORT ? 0 : port;
  }

  private static IllegalArgumentException bad(String url) {
    return new IllegalArgumentException(
        "url: " + url + " (expected: http://host:port or https://host:port)");
  }
}
