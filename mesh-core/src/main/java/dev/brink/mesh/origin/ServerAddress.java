package dev.brink.mesh.origin;

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
    HttpUrl parts = HttpUrl.parse(url);
    if (!parts.target().equals("/")) {
      throw new IllegalArgumentException(
          "url: " + url + " (expected: http://host:port or https://host:port)");
    }
    return of(parts);
  }

  static ServerAddress of(HttpUrl url) {
    String host = url.host();
    return new ServerAddress(
        url.scheme() + "://" + host + ":" + url.port(),
        url.scheme().equals("https"),
        host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
        url.port(),
        url.authority());
  }
}
