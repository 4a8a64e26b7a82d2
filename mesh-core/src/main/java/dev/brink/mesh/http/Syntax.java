package dev.brink.mesh.http;

import io.netty.util.AsciiString;

/** Which characters HTTP allows where (RFC 9110 section 5.6, RFC 3986 section 3.2). */
final class Syntax {
  private static final int TOKEN = 1;
  private static final int TARGET = 2;
  private static final int HOST = 4;
  private static final int VALUE = 8;
  private static final byte[] CLASSES = new byte[256];

  static {
    for (int c = 0x21; c <= 0x7e; c++) {
      CLASSES[c] |= VALUE;
      if (c != '#') {
        CLASSES[c] |= TARGET;
      }
    }
    for (int c = 0x80; c <= 0xff; c++) {
      CLASSES[c] |= VALUE;
    }
    CLASSES[' '] |= VALUE;
    CLASSES['\t'] |= VALUE;
    allow("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", TOKEN | HOST);
    allow("!#$%&'*+-.^_`|~", TOKEN);
    allow("-._~", HOST);
  }

  private Syntax() {}

  private static void allow(String characters, int classes) {
    for (int i = 0; i < characters.length(); i++) {
      CLASSES[characters.charAt(i)] |= (byte) classes;
    }
  }

  static boolean isToken(byte b) {
    return (CLASSES[b & 0xff] & TOKEN) != 0;
  }

  static boolean isTarget(byte b) {
    return (CLASSES[b & 0xff] & TARGET) != 0;
  }

  static boolean isValue(byte b) {
    return (CLASSES[b & 0xff] & VALUE) != 0;
  }

  static boolean isToken(CharSequence text) {
    return !text.isEmpty() && all(text, TOKEN);
  }

  static boolean isTarget(CharSequence text) {
    return !text.isEmpty() && all(text, TARGET);
  }

  /** Visible ASCII, Latin-1, space and tab. */
  static boolean isValue(CharSequence text) {
    return all(text, VALUE);
  }

  private static boolean all(CharSequence text, int wanted) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c > 0xff || (CLASSES[c] & wanted) == 0) {
        return false;
      }
    }
    return true;
  }

  /** One that is served here: http or https, in any case. */
  static boolean isScheme(CharSequence text) {
    return AsciiString.contentEqualsIgnoreCase("http", text)
        || AsciiString.contentEqualsIgnoreCase("https", text);
  }

  /** A host name, an IPv4 address or an IPv6 literal, with or without a port. */
  static boolean isHost(String text) {
    int end = text.length();
    int i = 0;
    if (end > 0 && text.charAt(0) == '[') {
      i = endOfIpv6(text);
    } else {
      while (i < end && text.charAt(i) <= 0xff && (CLASSES[text.charAt(i)] & HOST) != 0) {
        i++;
      }
    }
    return i > 0 && (i == end || (text.charAt(i) == ':' && isPort(text, i + 1)));
  }

  private static int endOfIpv6(String text) {
    int i = 1;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (c == ']') {
        return i > 2 ? i + 1 : 0;
      }
      if (c > 0x7f || (c != ':' && c != '.' && Character.digit(c, 16) < 0)) {
        return 0;
      }
      i++;
    }
    return 0;
  }

  private static boolean isPort(String text, int from) {
    int length = text.length() - from;
    return length >= 1 && length <= 5 && number(text, from, 65_535) >= 0;
  }

  /** A content length: digits only; -1 for anything else, and for more than fits. */
  static long length(CharSequence text) {
    return number(text, 0, Long.MAX_VALUE / 16);
  }

  private static long number(CharSequence text, int from, long max) {
    if (text.length() == from) {
      return -1;
    }
    long n = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      n = n * 10 + (c - '0');
      if (n > max) {
        return -1;
      }
    }
    return n;
  }
}
