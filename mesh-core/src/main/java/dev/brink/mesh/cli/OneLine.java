package dev.brink.mesh.cli;

import org.jspecify.annotations.Nullable;

/** Text from anywhere, made fit for one line of a terminal or a log. */
final class OneLine {
  /** As {@link #append}, at most 1,000 characters. */
  static String of(@Nullable String text) {
    StringBuilder out = new StringBuilder();
    append(out, String.valueOf(text), 1000);
    return out.toString();
  }

  /** Appends {@code text} with control characters escaped, cut after {@code longest} characters. */
  static void append(StringBuilder out, String text, int longest) {
    int end = Math.min(text.length(), longest);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c == '\n') {
        out.append("\\n");
      } else if (c == '\r') {
        out.append("\\r");
      } else if (c == '\t') {
        out.append("\\t");
      } else if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') {
        out.append("\\u{").append(Integer.toHexString(c)).append('}');
      } else {
        out.append(c);
      }
    }
    if (end < text.length()) {
      out.append("… (").append(text.length() - end).append(" more)");
    }
  }

  private OneLine() {}
}
