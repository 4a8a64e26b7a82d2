package dev.brink.mesh.http;

import static io.netty.handler.codec.http.HttpHeaderNames.CONNECTION;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * The headers that belong to one connection and are never passed on; credentials for the next proxy
 * are among them, as a node is none that asks for any.
 */
public final class HopByHop {
  private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");

  private HopByHop() {}

  /** Whether a header of this name belongs to one connection whatever {@code Connection} says. */
  public static boolean is(CharSequence name) {
    return switch (name.length()) {
      case 2 -> same(HttpHeaderNames.TE, name);
      case 7 -> same(HttpHeaderNames.TRAILER, name) || same(HttpHeaderNames.UPGRADE, name);
      case 10 -> same(CONNECTION, name) || same(KEEP_ALIVE, name);
      case 16 -> same(PROXY_CONNECTION, name);
      case 17 -> same(HttpHeaderNames.TRANSFER_ENCODING, name);
      case 18 -> same(HttpHeaderNames.PROXY_AUTHENTICATE, name);
      case 19 -> same(HttpHeaderNames.PROXY_AUTHORIZATION, name);
      default -> false;
    };
  }

  private static boolean isAlwaysEndToEnd(String name) {
    return same(HttpHeaderNames.HOST, name) || same(HttpHeaderNames.CONTENT_LENGTH, name);
  }

  private static boolean same(AsciiString known, CharSequence name) {
    return known.contentEqualsIgnoreCase(name);
  }

  /** Removes them all, with those that {@code Connection} names. */
  public static void remove(HttpHeaders headers) {
    removeNamed(headers);
    headers.remove(CONNECTION);
    headers.remove(KEEP_ALIVE);
    headers.remove(PROXY_CONNECTION);
    headers.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
    headers.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
    headers.remove(HttpHeaderNames.TE);
    headers.remove(HttpHeaderNames.TRAILER);
    headers.remove(HttpHeaderNames.TRANSFER_ENCODING);
    headers.remove(HttpHeaderNames.UPGRADE);
  }

  /**
   * Removes those that {@code Connection} names, but for what says whom a message is for and where
   * it ends: RFC 9110, section 7.6.1, has nobody name these.
   */
  public static void removeNamed(HttpHeaders headers) {
    if (!headers.contains(CONNECTION)) {
      return;
    }
    for (String value : List.copyOf(headers.getAll(CONNECTION))) {
      int from = 0;
      while (from <= value.length()) {
        int comma = value.indexOf(',', from);
        int to = comma < 0 ? value.length() : comma;
        String name = value.substring(from, to).trim();
        if (!name.isEmpty() && !isAlwaysEndToEnd(name)) {
          headers.remove(name);
        }
        from = to + 1;
      }
    }
  }
}
