package dev.brink.exec;

/** Bounds and cleans what a guest prints before it reaches the sink. */
final class ConsoleLines {
  private static final int MAX_LINE_CHARS = 16 << 10;

  /** What a record costs beside its text, so that empty ones have an end too. */
  private static final int RECORD_CHARS = 64;

  /** On behalf of an invocation. */
  static void print(Run run, ConsoleSink.Level level, String text) {
    print(run.function(), run.requestId(), run.use().log(), level, text);
  }

  /**
   * @param room what may yet be printed
   */
  static void print(
      GraalFunction function,
      String requestId,
      LogRoom room,
      ConsoleSink.Level level,
      String text) {
    String line = function.shown(text);
    int chars = room.take(RECORD_CHARS + line.length()) - RECORD_CHARS;
    if (chars < 0) {
      return;
    }
    function
        .outside()
        .console()
        .print(
            function.bundle().name(),
            requestId,
            level,
            cut(clean(cut(line, chars)), MAX_LINE_CHARS));
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max) + "…";
  }

  private static String clean(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (bad(text.charAt(i))) {
        return escape(text);
      }
    }
    return text;
  }

  private static String escape(String text) {
    var clean = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (bad(c)) {
        clean.append(String.format("\\u%04x", (int) c));
      } else {
        clean.append(c);
      }
    }
    return clean.toString();
  }

  private static boolean bad(char c) {
    return (c < ' ' && c != '\n' && c != '\t')
        || (c >= 0x7f && c <= 0x9f)
        || c == 0x2028
        || c == 0x2029
        || turns(c);
  }

  /** Whether it changes the direction in which what follows it is shown. */
  private static boolean turns(char c) {
    return c == 0x61c
        || c == 0x200e
        || c == 0x200f
        || (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069);
  }

  private ConsoleLines() {}
}
