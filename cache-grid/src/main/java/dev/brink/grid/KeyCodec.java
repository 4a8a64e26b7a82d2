package dev.brink.grid;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Rules for the keys of namespaces: their form, their order, and cursors that name them. */
final class KeyCodec {
  /** The order of the UTF-8 bytes, which is that of the code points. */
  static final Comparator<String> ORDER = KeyCodec::compare;

  private KeyCodec() {}

  static void check(String key) {
    int bytes = utf8Bytes(key);
    if (bytes < 1 || bytes > KeyValue.MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "key: " + bytes + " bytes (expected: 1 to " + KeyValue.MAX_KEY_BYTES + " of UTF-8)");
    }
  }

  static void checkPrefix(String prefix) {
    if (!prefix.isEmpty()) {
      check(prefix);
    }
  }

  static String cursor(String key) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(key.getBytes(StandardCharsets.UTF_8));
  }

  static String fromCursor(String cursor) {
    String key;
    try {
      key = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      check(key);
    } catch (IllegalArgumentException e) {
      throw notOfAPage(cursor, e);
    }
    if (!cursor(key).equals(cursor)) {
      throw notOfAPage(cursor, null);
    }
    return key;
  }

  private static IllegalArgumentException notOfAPage(
      String cursor, @Nullable IllegalArgumentException cause) {
    return new IllegalArgumentException("cursor: " + cursor + " (expected: one of a page)", cause);
  }

  private static int compare(String a, String b) {
    int length = Math.min(a.length(), b.length());
    for (int i = 0; i < length; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        // Pairs of surrogates stand for what comes after all single chars.
        boolean high = Character.isSurrogate(x);
        return high == Character.isSurrogate(y) ? Character.compare(x, y) : high ? 1 : -1;
      }
    }
    return Integer.compare(a.length(), b.length());
  }

  private static int utf8Bytes(String key) {
    int bytes = 0;
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < key.length()
          && Character.isLowSurrogate(key.charAt(i + 1))) {
        bytes += 4;
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new IllegalArgumentException("key: a lone surrogate (expected: well-formed text)");
      } else {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      }
    }
    return bytes;
  }
}
