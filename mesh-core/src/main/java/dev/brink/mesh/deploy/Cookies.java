package dev.brink.mesh.deploy;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds a cookie without taking all of them apart. */
final class Cookies {
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

  /** Whether a cookie, or a header, can have this name. */
  static boolean isName(String text) {
    return TOKEN.matcher(text).matches();
  }

  /** The first value of a cookie in a {@code Cookie} header. */
  static @Nullable String find(@Nullable String header, String name) {
    for (int at = 0; header != null && at < header.length(); ) {
      int semicolon = header.indexOf(';', at);
      int end = semicolon < 0 ? header.length() : semicolon;
      int start = at;
      while (start < end && header.charAt(start) == ' ') {
        start++;
      }
      int equals = start + name.length();
      if (equals < end && header.charAt(equals) == '=' && header.startsWith(name, start)) {
        return header.substring(equals + 1, end).strip();
      }
      at = end + 1;
    }
    return null;
  }

  private Cookies() {}
}
