package dev.brink.exec.web;

import org.jspecify.annotations.Nullable;

/**
 * Tells quickly that a URL is already what parsing and serializing it would give, as nearly all
 * URLs of requests are: {@code http} or {@code https}, a plain lower-case name or an IPv4 address,
 * perhaps a port other than the usual ones, a path without dot segments, perhaps a query.
 */
public final class NormalUrl {
  private static final boolean[] IN_PATH = of("-~:@!$&()*+,;=_");
  private static final boolean[] IN_QUERY = of("-~:@!$&()*+,;=_/?.%");

  private final String url;
  private int at;

  /** Where they end, once checked. */
  private int schemeEnd;

  private int hostEnd;
  private int portEnd;
  private int pathEnd;
  private int queryEnd;

  private NormalUrl(String url) {
    this.url = url;
  }

  /** {@code true} when {@code url} is normal; {@code false} when it may not be. */
  public static boolean is(String url) {
    var normal = new NormalUrl(url);
    return normal.check() && normal.portEnd < normal.pathEnd && normal.queryEnd == url.length();
  }

  /**
   * The record of a normal URL as {@link WebUrl#lines}, for which nothing has to be parsed; also of
   * one that has a fragment or lacks the path. {@code null} for one that may not be normal.
   */
  public static @Nullable String lines(String url) {
    var normal = new NormalUrl(url);
    return normal.check() ? normal.lines() : null;
  }

  /**
   * What a path becomes as that of a special URL other than a file's; {@code null} for one that has
   * to be parsed: with dot segments perhaps, backslashes or what the parser passes over.
   */
  public static @Nullable String path(String path) {
    if (!path.startsWith("/")) {
      return null;
    }
    boolean asItIs = true;
    for (int i = 1; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '.' || c == '%') {
        if (path.charAt(i - 1) == '/' || path.charAt(i - 1) == '.' || c == '%') {
          return null;
        }
      } else if (c != '/' && (c >= IN_PATH.length || !IN_PATH[c])) {
        if (c < ' ' || c == '\\' || c == '?' || c == '#') {
          return null;
        }
        asItIs = false;
      }
    }
    return asItIs ? path : PercentCode.encode(path, PercentCode.Set.PATH);
  }

  private boolean check() {
    if (url.startsWith("http://")) {
      schemeEnd = 4;
    } else if (url.startsWith("https://")) {
      schemeEnd = 5;
    } else {
      return false;
    }
    at = schemeEnd + 3;
    if (!(isDigit(peek()) ? address() : name())) {
      return false;
    }
    hostEnd = at;
    if (!port()) {
      return false;
    }
    portEnd = at;
    if (at < url.length() && peek() != '/') {
      return false;
    }
    if (!path()) {
      return false;
    }
    pathEnd = at;
    if (!query()) {
      return false;
    }
    queryEnd = at;
    return fragment();
  }

  private String lines() {
    boolean hasQuery = pathEnd < queryEnd;
    boolean hasFragment = queryEnd < url.length();
    int flags =
        WebUrl.HAS_HOST
            | (hasQuery ? WebUrl.HAS_QUERY : 0)
            | (hasFragment ? WebUrl.HAS_FRAGMENT : 0);
    var text = new StringBuilder(url.length() + 9);
    text.append(flags).append('\n');
    text.append(url, 0, schemeEnd).append("\n\n\n");
    text.append(url, schemeEnd + 3, hostEnd).append('\n');
    text.append(url, Math.min(hostEnd + 1, portEnd), portEnd).append('\n');
    text.append(portEnd == pathEnd ? "/" : url.substring(portEnd, pathEnd)).append('\n');
    if (hasQuery) {
      text.append(url, pathEnd + 1, queryEnd);
    }
    text.append('\n');
    if (hasFragment) {
      text.append(url, queryEnd + 1, url.length());
    }
    return text.toString();
  }

  /** The next character; a line feed, which no URL contains, at the end. */
  private char peek() {
    return at(at);
  }

  private char at(int index) {
    return index < url.length() ? url.charAt(index) : '\n';
  }

  private boolean name() {
    while (true) {
      int start = at;
      if (!isLower(peek())) {
        return false;
      }
      while (isLower(peek()) || isDigit(peek()) || peek() == '-') {
        at++;
      }
      if (url.startsWith("xn--", start)) {
        return false;
      }
      if (peek() != '.') {
        return true;
      }
      at++;
    }
  }

  private boolean address() {
    for (int i = 0; i < 4; i++) {
      if ((i > 0 && !dot()) || !number(3, 255)) {
        return false;
      }
    }
    return true;
  }

  private boolean dot() {
    boolean here = peek() == '.';
    at++;
    return here;
  }

  /** A decimal number without leading zeros. */
  private boolean number(int digits, int max) {
    int start = at;
    int value = 0;
    while (at - start < digits && isDigit(peek())) {
      value = value * 10 + peek() - '0';
      at++;
    }
    boolean zero = at > start + 1 && url.charAt(start) == '0';
    return at > start && !zero && value <= max && !isDigit(peek());
  }

  private boolean port() {
    if (peek() != ':') {
      return true;
    }
    int start = ++at;
    boolean usual =
        (url.startsWith("80", start) && !isDigit(at(start + 2)))
            || (url.startsWith("443", start) && !isDigit(at(start + 3)));
    return !usual && number(5, 65_535);
  }

  private boolean path() {
    char before = 0;
    for (; at < url.length(); at++) {
      char c = url.charAt(at);
      if (c == '?' || c == '#') {
        return true;
      }
      boolean fine =
          switch (c) {
            case '/' -> true;
            case '.' -> before != '/' && before != '.';
            case '%' -> escape();
            default -> c < IN_PATH.length && IN_PATH[c];
          };
      if (!fine) {
        return false;
      }
      before = c;
    }
    return true;
  }

  /** An escape, but not of a dot, which counts as one. */
  private boolean escape() {
    if (at + 2 >= url.length()) {
      return false;
    }
    char high = url.charAt(at + 1);
    char low = url.charAt(at + 2);
    boolean dot = high == '2' && (low == 'e' || low == 'E');
    return Character.digit(high, 16) >= 0 && Character.digit(low, 16) >= 0 && !dot;
  }

  private boolean query() {
    for (; at < url.length(); at++) {
      char c = url.charAt(at);
      if (c == '#') {
        return true;
      }
      if (c >= IN_QUERY.length || !IN_QUERY[c]) {
        return false;
      }
    }
    return true;
  }

  private boolean fragment() {
    for (at++; at < url.length(); at++) {
      char c = url.charAt(at);
      if (c >= IN_QUERY.length || !IN_QUERY[c]) {
        return false;
      }
    }
    return true;
  }

  private static boolean isLower(char c) {
    return c >= 'a' && c <= 'z';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean[] of(String marks) {
    var set = new boolean[128];
    for (char c = 0; c < set.length; c++) {
      set[c] = Character.isLetterOrDigit(c) || marks.indexOf(c) >= 0;
    }
    return set;
  }
}
