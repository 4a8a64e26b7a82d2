package dev.brink.exec.encoding;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Base64 of strings whose characters are bytes, as {@code btoa} and {@code atob} have it:
 * "forgiving-base64" of the Infra Standard, which passes over white space, and over padding that is
 * missing.
 */
public final class ForgivingBase64 {
  private static final int MAX_BYTE = 0xff;

  /** {@code null} if a character is beyond Latin-1. */
  public static @Nullable String encode(String bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      if (bytes.charAt(i) > MAX_BYTE) {
        return null;
      }
    }
    return Base64.getEncoder().encodeToString(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** {@code null} if the text is no base64. */
  public static @Nullable String decode(String text) {
    String solid = solid(text);
    int length = solid.length();
    if (length % 4 == 0 && solid.endsWith("=")) {
      length -= solid.endsWith("==") ? 2 : 1;
    }
    if (length % 4 == 1 || !isBase64(solid, length)) {
      return null;
    }
    byte[] code = solid.substring(0, length).getBytes(StandardCharsets.ISO_8859_1);
    return new String(Base64.getDecoder().decode(code), StandardCharsets.ISO_8859_1);
  }

  private static String solid(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isSpace(text.charAt(i))) {
        var rest = new StringBuilder(text.length());
        text.chars().filter(c -> !isSpace((char) c)).forEach(c -> rest.append((char) c));
        return rest.toString();
      }
    }
    return text;
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
  }

  private static boolean isBase64(String text, int length) {
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      if (!letter && (c < '0' || c > '9') && c != '+' && c != '/') {
        return false;
      }
    }
    return true;
  }

  private ForgivingBase64() {}
}
