package dev.brink.exec.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Percent-encoding, with the URL Standard's sets. */
final class PercentCode {
  /** Which characters have to be encoded, besides controls and everything beyond ASCII. */
  enum Set {
    C0(""),
    FRAGMENT(" \"<>`"),
    QUERY(" \"#<>"),
    SPECIAL_QUERY(" \"#<>'"),
    PATH(" \"#<>?`{}"),
    USERINFO(" \"#<>?^`{}/:;=@[\\]|");

    private final long low;
    private final long high;

    Set(String characters) {
      long below64 = 0xFFFF_FFFFL;
      long above64 = 1L << 63;
      for (int i = 0; i < characters.length(); i++) {
        char c = characters.charAt(i);
        if (c < 64) {
          below64 |= 1L << c;
        } else {
          above64 |= 1L << (c - 64);
        }
      }
      low = below64;
      high = above64;
    }

    boolean contains(int codePoint) {
      return codePoint >= 0x80 || ((codePoint < 64 ? low : high) >>> (codePoint & 63) & 1) == 1;
    }
  }

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  static void append(StringBuilder to, int codePoint, Set set) {
    if (!set.contains(codePoint)) {
      to.append((char) codePoint);
      return;
    }
    int scalar = codePoint >= 0xD800 && codePoint <= 0xDFFF ? 0xFFFD : codePoint;
    for (byte b : Character.toString(scalar).getBytes(StandardCharsets.UTF_8)) {
      to.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
    }
  }

  static String encode(CharSequence text, Set set) {
    var to = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> append(to, c, set));
    return to.toString();
  }

  /** Decodes escapes, and the bytes as UTF-8 with replacement. */
  static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    var to = new ByteArrayOutputStream(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '%'
          && i + 2 < bytes.length
          && hex(bytes[i + 1]) >= 0
          && hex(bytes[i + 2]) >= 0) {
        to.write(hex(bytes[i + 1]) << 4 | hex(bytes[i + 2]));
        i += 2;
      } else {
        to.write(bytes[i]);
      }
    }
    return to.toString(StandardCharsets.UTF_8);
  }

  static int hex(int c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
      return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  }

  private PercentCode() {}
}
