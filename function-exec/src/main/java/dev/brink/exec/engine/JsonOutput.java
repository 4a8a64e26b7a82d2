package dev.brink.exec.engine;

import com.oracle.truffle.api.strings.TruffleString;
import com.oracle.truffle.js.runtime.JSRuntime;
import com.oracle.truffle.js.runtime.Strings;
import java.util.Arrays;

/** A JSON text that is being written. Not thread-safe. */
final class JsonOutput {
  /** What is longer is no text for this. */
  private static final int MAX_CHARS = 8 << 20;

  private static final int FIRST_CHARS = 256;
  private static final int MAX_KEPT_CHARS = 64 * 1024;
  private static final int LONGEST_NUMBER = 24;
  private static final int LONGEST_ESCAPE = 6;
  private static final String HEX = "0123456789abcdef";

  /** Of numbers of 15 digits none is the same double as another. */
  private static final double EXACT = 1e15;

  private char[] chars = new char[FIRST_CHARS];
  private int end;

  void clear() {
    end = 0;
    if (chars.length > MAX_KEPT_CHARS) {
      chars = new char[FIRST_CHARS];
    }
  }

  private void reserve(int more) {
    int needed = end + more;
    if (needed > chars.length) {
      if (needed > MAX_CHARS) {
        throw new LeftToEngine();
      }
      chars = Arrays.copyOf(chars, Math.max(needed, 2 * chars.length));
    }
  }

  void add(char c) {
    reserve(1);
    chars[end++] = c;
  }

  void add(char[] more, int from) {
    int count = more.length - from;
    reserve(count);
    System.arraycopy(more, from, chars, end, count);
    end += count;
  }

  void add(String more) {
    int count = more.length();
    reserve(count);
    more.getChars(0, count, chars, end);
    end += count;
  }

  /** A string, in quotes. */
  void addQuoted(String string) {
    int count = string.length();
    reserve(count + 2);
    char[] all = chars;
    int from = end + 1;
    int to = from + count;
    all[end] = '"';
    string.getChars(0, count, all, from);
    for (int i = from; i < to; i++) {
      if (isEscaped(all[i])) {
        end = i;
        addEscaped(string, i - from);
        add('"');
        return;
      }
    }
    all[to] = '"';
    end = to + 1;
  }

  private static boolean isEscaped(char c) {
    return c < ' ' || c == '"' || c == '\\' || Character.isSurrogate(c);
  }

  private void addEscaped(String string, int from) {
    int count = string.length();
    for (int i = from; i < count; i++) {
      char c = string.charAt(i);
      reserve(LONGEST_ESCAPE);
      if (!isEscaped(c)) {
        chars[end++] = c;
      } else if (Character.isHighSurrogate(c)
          && i + 1 < count
          && Character.isLowSurrogate(string.charAt(i + 1))) {
        chars[end++] = c;
        chars[end++] = string.charAt(++i);
      } else {
        addEscape(c);
      }
    }
  }

  private void addEscape(char c) {
    chars[end++] = '\\';
    switch (c) {
      case '"', '\\' -> chars[end++] = c;
      case '\b' -> chars[end++] = 'b';
      case '\f' -> chars[end++] = 'f';
      case '\n' -> chars[end++] = 'n';
      case '\r' -> chars[end++] = 'r';
      case '\t' -> chars[end++] = 't';
      default -> {
        chars[end++] = 'u';
        for (int shift = 12; shift >= 0; shift -= 4) {
          chars[end++] = HEX.charAt(c >> shift & 0xf);
        }
      }
    }
  }

  void add(long number) {
    reserve(LONGEST_NUMBER);
    if (number < 0) {
      chars[end++] = '-';
    }
    addWhole(Math.abs(number));
  }

  private void addWhole(long number) {
    int count = 1;
    for (long rest = number; rest >= 10; rest /= 10) {
      count++;
    }
    addDigits(number, count);
  }

  private void addDigits(long number, int count) {
    long rest = number;
    for (int i = end + count - 1; i >= end; i--) {
      chars[i] = (char) ('0' + rest % 10);
      rest /= 10;
    }
    end += count;
  }

  /** A number as the engine writes it: with as few digits as tell it from all others. */
  void add(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      add("null");
    } else if (number == (long) number && Math.abs(number) < EXACT) {
      add((long) number);
    } else if (!addWithPlaces(number, 3, 1_000) && !addWithPlaces(number, 6, 1_000_000)) {
      add(JSRuntime.doubleToString(number).toJavaStringUncached());
    }
  }

  /** Writes it if it is a number of so many decimal places at most. */
  private boolean addWithPlaces(double number, int places, long power) {
    double size = Math.abs(number);
    double scaled = Math.rint(size * power);
    if (scaled >= EXACT || scaled / power != size) {
      return false;
    }
    reserve(LONGEST_NUMBER);
    if (number < 0) {
      chars[end++] = '-';
    }
    long digits = (long) scaled;
    addWhole(digits / power);
    chars[end++] = '.';
    addDigits(digits % power, places);
    while (chars[end - 1] == '0') {
      end--;
    }
    return true;
  }

  char[] toChars() {
    return Arrays.copyOf(chars, end);
  }

  /** The text, as the engine has strings. */
  TruffleString toEngineString() {
    return end == 0
        ? Strings.EMPTY_STRING
        : TruffleString.fromCharArrayUTF16Uncached(chars, 0, end);
  }
}
