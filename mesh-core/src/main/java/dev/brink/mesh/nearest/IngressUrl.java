package dev.brink.mesh.nearest;

import java.net.InetAddress;
import java.net.URI;
import java.util.Locale;

/**
 * Where an ingress says that it is reached, and what follows from that for those who are told of
 * it: worked out once, as every request of a client that is nearer to it asks.
 *
 * @param text the URL itself, without a slash at its end
 * @param authority its host, and its port if it names one
 * @param authorityWithPort the same with the scheme's own port where it names none
 * @param secure whether it is spoken to over TLS
 * @param loopback whether it names the machine of whoever reads it
 */
public record IngressUrl(
    String text, String authority, String authorityWithPort, boolean secure, boolean loopback) {
  private static final String HTTPS = "https";

  /** Of an absolute {@code http} or {@code https} URL without a user and a path. */
  public static IngressUrl of(URI url) {
    // URI's own host and port are not set where the host has an underscore.
    String authority = url.getRawAuthority();
    boolean secure = HTTPS.equalsIgnoreCase(url.getScheme());
    int colon = authority.lastIndexOf(':');
    boolean named = colon > authority.lastIndexOf(']');
    String host = named ? authority.substring(0, colon) : authority;
    return new IngressUrl(
        url.toString(),
        authority,
        named ? authority : authority + (secure ? ":443" : ":80"),
        secure,
        isLoopback(host.toLowerCase(Locale.ROOT)));
  }

  private static boolean isLoopback(String host) {
    if (host.equals("localhost") || host.endsWith(".localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(
              host.startsWith("[") ? host.substring(1, host.length() - 1) : host)
          .isLoopbackAddress();
    } catch (IllegalArgumentException notAnAddress) {
      return false;
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
