package dev.brink.cache.field;

import java.util.List;

/** What the parsers of this package share: the characters of RFC 9110 section 5.6. */
final class FieldText {
  /** Whether a character may be in a token. */
  static boolean isTokenChar(char c) {
    return c > ' ' && c < 0x7f && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** The lines of a field as one value. */
  static String join(List<String> lines) {
    return lines.size() == 1 ? lines.getFirst() : String.join(",", lines);
  }

  /** Decimal digits alone, {@code max} for anything larger; -1 for anything else. */
  static long digits(String text, long max) {
    if (text.isEmpty()) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!isDigit(c)) {
        return -1;
      }
      value = Math.min(max, value * 10 + (c - '0'));
    }
    return value;
  }

  private FieldText() {}
}
