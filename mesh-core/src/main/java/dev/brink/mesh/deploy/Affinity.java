package dev.brink.mesh.deploy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Which requests belong together and better run on the same node. Requests without the header or
 * cookie belong to none.
 */
public sealed interface Affinity {
  /** The longest value that counts, in characters. */
  int MAX_KEY_LENGTH = 256;

  /** No request belongs with another: the default. */
  record None() implements Affinity {}

  /** Those with the same value of a header. */
  record Header(String name) implements Affinity {}

  /** Those with the same value of a cookie. */
  record Cookie(String name) implements Affinity {}

  /**
   * Reads the written form: {@code header:NAME}, {@code cookie:NAME}, or nothing for none.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  static Affinity parse(String text) {
    if (text.isEmpty()) {
      return new None();
    }
    int colon = text.indexOf(':');
    String name = text.substring(colon + 1);
    if (colon > 0 && Cookies.isName(name)) {
      switch (text.substring(0, colon)) {
        case "header" -> {
          return new Header(name);
        }
        case "cookie" -> {
          return new Cookie(name);
        }
        default -> {}
      }
    }
    throw new IllegalArgumentException(
        "affinity: " + text + " (expected: header:NAME or cookie:NAME)");
  }

  /** The written form, which {@link #parse} reads. */
  default String text() {
    return switch (this) {
      case None ignored -> "";
      case Header header -> "header:" + header.name;
      case Cookie cookie -> "cookie:" + cookie.name;
    };
  }

  /** What a request's session is called; {@code null} when it belongs to none. */
  default @Nullable String key(HttpHeaders headers) {
    String key =
        switch (this) {
          case None ignored -> null;
          case Header header -> headers.get(header.name);
          case Cookie cookie -> Cookies.find(headers.get(HttpHeaderNames.COOKIE), cookie.name);
        };
    return key == null || key.isEmpty() || key.length() > MAX_KEY_LENGTH ? null : key;
  }
}
