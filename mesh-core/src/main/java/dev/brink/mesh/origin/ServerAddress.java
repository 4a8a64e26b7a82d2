package dev.brink.mesh.origin;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where an upstream server is.
 *
 * @param id scheme, host and port: names the server in its pool
 * @param host a name or an IP address without brackets
 * @param authority what {@code Host} says: the host, and the port unless it is the scheme's own
 */
record ServerAddress(String id, boolean tls, String host, int port, String authority) {

  /**
   * @throws IllegalArgumentException unless {@code http(s)://host[:port]}
   */
  static ServerAddress parse(String url) {
    URI uri;
    try {
      uri = new URI(url);
    } catch (URISyntaxException e) {
      throw bad(url, e);
    }
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    boolean tls = scheme.equals("https");
    String host = uri.getHost();
    int port = uri.getPort() < 0 ? tls ? 443 : 80 : uri.getPort();
    if ((!tls && !scheme.equals("http"))
        || host == null
        || uri.getRawUserInfo() != null
        || (!uri.getRawPath().isEmpty() && !uri.getRawPath().equals("/"))
        || uri.getRawQuery() != null
        || uri.getRawFragment() != null
        || port < 1
        || port > 65_535) {
      throw bad(url, null);
    }
    host = host.toLowerCase(Locale.ROOT);
    boolean literal = host.startsWith("[");
    return new ServerAddress(
        scheme + "://" + host + ":" + port,
        tls,
        literal ? host.substring(1, host.length() - 1) : host,
        port,
        port == (tls ? 443 : 80) ? host : host + ":" + port);
  }

  private static IllegalArgumentException bad(String url, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "url: " + url + " (expected: http://host:port or https://host:port)", cause);
  }
}
