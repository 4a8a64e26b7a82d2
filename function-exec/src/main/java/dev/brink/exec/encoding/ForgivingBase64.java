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
  private static final String SPACES = " \t\n\f\r";

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
    // A character beyond Latin-1 becomes a question mark, which is no base64 either.
    byte[] code = solid(text).getBytes(StandardCharsets.ISO_8859_1);
    try {
      return new String(Base64.getDecoder().decode(code), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static String solid(String text) {
    if (!hasSpace(text)) {
      return text;
    }
    var rest = new StringBuilder(text.length());
    text.chars().filter(c -> !isSpace((char) c)).forEach(c -> rest.append((char) c));
    return rest.toString();
  }

  private static boolean hasSpace(String text) {
    for (int i = 0; i < SPACES.length(); i++) {
      if (text.indexOf(SPACES.charAt(i)) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static boolean isSpace(char c) {
    return SPACES.indexOf(c) >= 0;
  }

  private ForgivingBase64() {}
}
