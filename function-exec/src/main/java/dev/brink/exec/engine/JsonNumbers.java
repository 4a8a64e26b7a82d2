package dev.brink.exec.engine;

/** Reads the numbers of a text: an Integer where the engine has one, else a Double. */
final class JsonNumbers {
  /** So many digits, and such a power of ten, are a double each: their quotient is rounded once. */
  private static final int EXACT_DIGITS = 15;

  private static final double[] POWERS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  private final JsonInput text;

  JsonNumbers(JsonInput text) {
    this.text = text;
  }

  Object read(int first) {
    int start = text.at;
    boolean negative = first == '-';
    if (negative) {
      text.at++;
    }
    int from = text.at;
    long digits = digits(0);
    int count = text.at - from;
    if (count == 0 || (count > 1 && text.chars[from] == '0')) {
      throw new JsonInput.Unreadable();
    }
    int places = 0;
    if (text.code() == '.') {
      int point = text.at++;
      digits = digits(digits);
      places = text.at - point - 1;
      if (places == 0) {
        throw new JsonInput.Unreadable();
      }
    }
    boolean scaled = text.code() == 'e' || text.code() == 'E';
    if (scaled) {
      exponent();
    }
    if (scaled || count + places > EXACT_DIGITS) {
      return Double.parseDouble(new String(text.chars, start, text.at - start));
    }
    if (places > 0 || digits > Integer.MAX_VALUE || (negative && digits == 0)) {
      double size = digits / POWERS[places];
      return negative ? -size : size;
    }
    return (int) (negative ? -digits : digits);
  }

  /** What digits say from here, after those that said {@code before}. */
  private long digits(long before) {
    long out = before;
    for (int c = text.code(); JsonInput.isDigit(c); c = text.code()) {
      out = out * 10 + (c - '0');
      text.at++;
    }
    return out;
  }

  private void exponent() {
    text.at++;
    if (text.code() == '+' || text.code() == '-') {
      text.at++;
    }
    int from = text.at;
    digits(0);
    if (text.at == from) {
      throw new JsonInput.Unreadable();
    }
  }
}
