package dev.brink.mesh.route;

import dev.brink.cache.UrlPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A pattern of requests: {@code [HOST]/PATH}.
 *
 * <p>The host is exact ({@code example.com}), a wildcard for one or more labels ({@code
 * *.example.com}) or absent, which is any host. A path segment is literal, {@code :name} for any
 * one segment, or, as the last one, {@code *} for any rest, the empty one included: {@code /shop/*}
 * matches {@code /shop/} and what is below, not {@code /shop}. Escapes don't matter where they
 * stand for characters that need none.
 *
 * @param text as it was written
 * @param host lower-case, without the {@code *.} of a wildcard; empty for any host
 * @param wildcard whether labels may stand before {@code host}
 * @param segments of the path, in normal form; {@code :} stands for a parameter whatever its name,
 *     {@code *} for the rest
 */
public record RoutePattern(String text, String host, boolean wildcard, List<String> segments) {
  /** Longest accepted pattern, in characters. */
  public static final int MAX_LENGTH = 512;

  public RoutePattern {
    segments = List.copyOf(segments);
  }

  /**
   * Reads a pattern.
   *
   * @throws IllegalArgumentException naming the pattern and what is wrong with it
   */
  public static RoutePattern parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || text.length() > MAX_LENGTH) {
      throw bad(text, "[HOST]/PATH of at most " + MAX_LENGTH + " characters");
    }
    String host = text.substring(0, slash).toLowerCase(Locale.ROOT);
    boolean wildcard = host.startsWith("*.");
    if (wildcard) {
      host = host.substring(2);
    }
    host = withoutLastDot(host);
    if ((wildcard && host.isEmpty()) || !host.chars().allMatch(RoutePattern::isHostCharacter)) {
      throw bad(text, "a host name, *.NAME or nothing before the first slash");
    }
    List<String> segments = new ArrayList<>();
    String[] parts = text.substring(slash + 1).split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      segments.add(segment(text, parts[i], i == parts.length - 1));
    }
    return new RoutePattern(text, host, wildcard, segments);
  }

  /**
   * Reads a pattern that is to be deployed. It must not have what {@link #parse} takes, because
   * there may be patterns that have it, although it matches no request: a port.
   *
   * @throws IllegalArgumentException naming the pattern and what is wrong with it
   */
  public static RoutePattern parseNew(String text) {
    RoutePattern pattern = parse(text);
    if (port(pattern.host) >= 0) {
      throw bad(text, "a host without a port; a route is for all ports");
    }
    return pattern;
  }

  /**
   * The name in the value of a {@code Host} header: lower-case, without port, and without the dot
   * that only says that the name is a whole one.
   */
  public static String hostName(String host) {
    int colon = port(host);
    return withoutLastDot(colon < 0 ? host : host.substring(0, colon)).toLowerCase(Locale.ROOT);
  }

  /** Where a host's port begins, with its colon; negative for none. */
  private static int port(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? colon : -1;
  }

  /** {@code example.com.} is {@code example.com}. */
  private static String withoutLastDot(String host) {
    return host.length() > 1 && host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }

  /** Whether both match exactly the same requests. */
  public boolean sameRequests(RoutePattern other) {
    return wildcard == other.wildcard && host.equals(other.host) && segments.equals(other.segments);
  }

  private static String segment(String text, String part, boolean last) {
    if (part.equals("*")) {
      if (!last) {
        throw bad(text, "* as the last segment only");
      }
      return part;
    }
    if (part.startsWith(":")) {
      if (part.length() == 1 || !part.chars().skip(1).allMatch(RoutePattern::isNameCharacter)) {
        throw bad(text, "a name of letters, digits and _ after the colon");
      }
      return ":";
    }
    String literal = UrlPath.unescaped(part);
    boolean dots = literal.equals(".") || literal.equals("..");
    if (dots || !part.chars().allMatch(RoutePattern::isLiteral)) {
      throw bad(text, "segments of URL characters without *, ?, # or dot segments");
    }
    return literal;
  }

  private static boolean isHostCharacter(int c) {
    return (isNameCharacter(c) && c != '_')
        || c == '-'
        || c == '.'
        || c == ':'
        || c == '['
        || c == ']';
  }

  private static boolean isNameCharacter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }

  private static boolean isLiteral(int c) {
    return c > ' ' && c < 0x7f && c != '*' && c != '?' && c != '#' && c != ':';
  }

  private static IllegalArgumentException bad(String text, String expected) {
    String shown = text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH) + "…";
    return new IllegalArgumentException("route: " + shown + " (expected: " + expected + ")");
  }

  @Override
  public String toString() {
    return text;
  }
}
