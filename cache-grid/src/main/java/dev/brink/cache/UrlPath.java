package dev.brink.cache;

import java.util.ArrayList;
import java.util.List;

/**
 * The path of a URL in normal form (RFC 3986 section 6.2.2): by this, whatever a client writes,
 * what is stored is found, purges hit it, and routes should be matched.
 */
public final class UrlPath {
  private static final String HEX = "0123456789ABCDEF";

  /**
   * The path of a request's target, in normal form.
   *
   * @param target in origin form, query included or not
   */
  public static String normal(String target) {
    int mark = target.indexOf('?');
    String raw = mark < 0 ? target : target.substring(0, mark);
    String clean = unescaped(raw);
    return clean.contains("/.") ? withoutDots(clean) : clean;
  }

  /**
   * Some of a path without dot segments, or of a query: escapes of characters that need none are
   * resolved, others are in upper case; a percent sign that begins none is escaped, lest it begin
   * one with what is resolved behind it.
   */
  public static String unescaped(String raw) {
    if (raw.indexOf('%') < 0) {
      return raw;
    }
    var text = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      int high = c == '%' && i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
      int low = high < 0 ? -1 : Character.digit(raw.charAt(i + 2), 16);
      if (low < 0) {
        text.append(c);
        if (c == '%') {
          text.append("25");
        }
        continue;
      }
      char meant = (char) (high << 4 | low);
      i += 2;
      if (isUnreserved(meant)) {
        text.append(meant);
      } else {
        text.append('%').append(HEX.charAt(high)).append(HEX.charAt(low));
      }
    }
    return text.toString();
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~".indexOf(c) >= 0;
  }

  private static String withoutDots(String path) {
    List<String> kept = new ArrayList<>();
    String[] segments = path.split("/", -1);
    for (int i = 1; i < segments.length; i++) {
      String segment = segments[i];
      boolean last = i == segments.length - 1;
      if (segment.equals("..") && !kept.isEmpty()) {
        kept.removeLast();
      }
      if (!segment.equals(".") && !segment.equals("..")) {
        kept.add(segment);
      } else if (last) {
        kept.add("");
      }
    }
    return "/" + String.join("/", kept);
  }

  private UrlPath() {}
}
