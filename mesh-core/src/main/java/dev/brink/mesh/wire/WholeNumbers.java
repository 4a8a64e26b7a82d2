package dev.brink.mesh.wire;

/**
 * Writes whole numbers of a JSON text without a fraction and an exponent: {@code 5} for {@code
 * 5.0}. For JSON it is the same number, for many who read it is not.
 */
final class WholeNumbers {
  /** Beyond it a {@code double} is not exactly one whole number. */
  private static final double LARGEST = 1L << 53;

  private WholeNumbers() {}

  /**
   * The same text, with its whole numbers so.
   *
   * @param json valid JSON, with space or without
   */
  static String in(String json) {
    StringBuilder out = null;
    int copied = 0;
    boolean inString = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (inString) {
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          inString = false;
        }
      } else if (c == '"') {
        inString = true;
      } else if (c == '-' || isDigit(c)) {
        int end = end(json, i + 1);
        String whole = whole(json.substring(i, end));
        if (!whole.isEmpty()) {
          out = out == null ? new StringBuilder(json.length()) : out;
          out.append(json, copied, i).append(whole);
          copied = end;
        }
        i = end - 1;
      }
    }
    return out == null ? json : out.append(json, copied, json.length()).toString();
  }

  private static int end(String json, int from) {
    int end = from;
    while (end < json.length() && isPart(json.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isPart(char c) {
    return isDigit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-';
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** The number as it should be; empty where it is that already. */
  private static String whole(String number) {
    if (number.indexOf('.') < 0 && number.indexOf('E') < 0 && number.indexOf('e') < 0) {
      return "";
    }
    double value = Double.parseDouble(number);
    return value == Math.rint(value) && Math.abs(value) <= LARGEST
        ? Long.toString((long) value)
        : "";
  }
}
