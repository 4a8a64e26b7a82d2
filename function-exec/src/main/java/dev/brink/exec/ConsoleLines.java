package dev.brink.exec;

import org.jspecify.annotations.Nullable;

/** Bounds and cleans what a guest prints before it reaches the sink. */
final class ConsoleLines {
  private static final int MAX_LINE_CHARS = 16 << 10;

  static void print(
      GraalFunction function, @Nullable Run run, ConsoleSink.Level level, String text) {
    String requestId = "-";
    String line = function.shown(text);
    if (run != null) {
      requestId = run.requestId();
      int room = run.use().takeLog(Math.max(1, line.length()));
      if (room == 0) {
        return;
      }
      line = cut(line, room);
    }
    function
        .runtime()
        .console()
        .print(function.bundle().name(), requestId, level, clean(cut(line, MAX_LINE_CHARS)));
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
        || c == 0x2029;
  }

  private ConsoleLines() {}
}
