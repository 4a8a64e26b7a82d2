package dev.brink.exec.engine;

import com.oracle.truffle.api.strings.TruffleString;

/** Reads the strings of a text. Not thread-safe, as the text. */
final class JsonStrings {
  private final JsonInput text;

  JsonStrings(JsonInput text) {
    this.text = text;
  }

  Object read() {
    int from = text.at + 1;
    int end = plainEnd(from);
    if (text.chars[end] != '"') {
      return withEscapes(from, end);
    }
    text.at = end + 1;
    return TruffleString.fromCharArrayUTF16Uncached(text.chars, from, end - from);
  }

  /** Where the first quote or backslash is, from there. */
  int plainEnd(int from) {
    char[] all = text.chars;
    int end = text.length;
    for (int i = from; i < end; i++) {
      char c = all[i];
      if (c == '"' || c == '\\') {
        return i;
      }
      if (c < ' ') {
        break;
      }
    }
    throw new JsonInput.Unreadable();
  }

  TruffleString withEscapes(int from, int first) {
    var out = new StringBuilder(first - from + 16);
    int start = from;
    int end = first;
    while (text.chars[end] == '\\') {
      out.append(text.chars, start, end - start);
      text.at = end + 1;
      out.append(escaped());
      start = text.at;
      end = plainEnd(start);
    }
    out.append(text.chars, start, end - start);
    text.at = end + 1;
    return TruffleString.fromJavaStringUncached(out.toString(), TruffleString.Encoding.UTF_16);
  }

  private char escaped() {
    int c = text.code();
    text.at++;
    return switch (c) {
      case '"', '\\', '/' -> (char) c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> (char) (hex() << 12 | hex() << 8 | hex() << 4 | hex());
      default -> throw new JsonInput.Unreadable();
    };
  }

  private int hex() {
    int c = text.code();
    text.at++;
    if (JsonInput.isDigit(c)) {
      return c - '0';
    }
    int lower = c | 0x20;
    if (lower < 'a' || lower > 'f') {
      throw new JsonInput.Unreadable();
    }
    return lower - 'a' + 10;
  }
}
