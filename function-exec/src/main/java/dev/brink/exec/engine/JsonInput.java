package dev.brink.exec.engine;

/** A text that is being read, and the place in it. Not thread-safe. */
final class JsonInput {
  static final int END = -1;

  private static final int MAX_KEPT_CHARS = 64 * 1024;

  char[] chars = {};
  int length;
  int at;

  /** It is no JSON, or not for this parser. */
  static final class Unreadable extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unreadable() {
      super(null, null, false, false);
    }
  }

  /** Begins with another text. */
  void begin(String all) {
    length = all.length();
    if (chars.length < length) {
      chars = new char[Math.max(length, Math.min(2 * chars.length, MAX_KEPT_CHARS))];
    }
    all.getChars(0, length, chars, 0);
    at = 0;
  }

  /** Keeps no more of a long text than the next one may need. */
  void forget() {
    if (chars.length > MAX_KEPT_CHARS) {
      chars = new char[0];
    }
  }

  int code() {
    return at < length ? chars[at] : END;
  }

  /** The first code that is no white space, from here. */
  int solid() {
    int c = code();
    while (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      at++;
      c = code();
    }
    return c;
  }

  /** The same, from the place after this one. */
  int next() {
    at++;
    int c = code();
    return c > ' ' ? c : solid();
  }

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
