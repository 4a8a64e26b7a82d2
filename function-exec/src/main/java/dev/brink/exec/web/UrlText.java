package dev.brink.exec.web;

/** What the URL parser asks of pieces of its input. */
final class UrlText {
  /** Removes control characters and spaces at the ends, tabs and newlines everywhere. */
  static String trim(String input) {
    int start = 0;
    int end = input.length();
    while (start < end && input.charAt(start) <= ' ') {
      start++;
    }
    while (end > start && input.charAt(end - 1) <= ' ') {
      end--;
    }
    return withoutTabs(input.substring(start, end));
  }

  static String withoutTabs(String input) {
    if (input.indexOf('\t') < 0 && input.indexOf('\n') < 0 && input.indexOf('\r') < 0) {
      return input;
    }
    return input.replaceAll("[\t\n\r]", "");
  }

  static boolean normalizedDrive(String segment) {
    return segment.length() == 2 && letter(segment.charAt(0)) && segment.charAt(1) == ':';
  }

  static boolean drive(CharSequence text) {
    return text.length() == 2
        && letter(text.charAt(0))
        && (text.charAt(1) == ':' || text.charAt(1) == '|');
  }

  static boolean singleDot(String segment) {
    return segment.equals(".") || segment.equalsIgnoreCase("%2e");
  }

  static boolean doubleDot(String segment) {
    return segment.equals("..")
        || segment.equalsIgnoreCase(".%2e")
        || segment.equalsIgnoreCase("%2e.")
        || segment.equalsIgnoreCase("%2e%2e");
  }

  static boolean letter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  static boolean digit(int c) {
    return c >= '0' && c <= '9';
  }

  static boolean startsWithDrive(int[] input, int from) {
    if (input.length - from < 2 || !letter(input[from])) {
      return false;
    }
    if (input[from + 1] != ':' && input[from + 1] != '|') {
      return false;
    }
    int after = from + 2 < input.length ? input[from + 2] : '/';
    return after == '/' || after == '\\' || after == '?' || after == '#';
  }

  private UrlText() {}
}
