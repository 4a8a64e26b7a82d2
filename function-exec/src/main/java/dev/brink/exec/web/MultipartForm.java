package dev.brink.exec.web;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The reader of {@code multipart/form-data}: RFC 7578, with names as the HTML Standard has them.
 */
public final class MultipartForm {
  private static final String LINE_END = "\r\n";
  private static final String HEAD_END = "\r\n\r\n";

  /** The body, a character for a byte. */
  private final String text;

  private final List<Entry> entries = new ArrayList<>();

  /**
   * One entry.
   *
   * @param name a character for a byte
   * @param filename {@code null} when it is no file; a character for a byte
   * @param type {@code null} when none is given
   * @param start where the content begins
   * @param end where it ends
   */
  public record Entry(
      String name, @Nullable String filename, @Nullable String type, int start, int end) {}

  private MultipartForm(String text) {
    this.text = text;
  }

  /** The entries of a body, in order; {@code null} when it is malformed. */
  public static @Nullable List<Entry> parse(byte[] body, String boundary) {
    var form = new MultipartForm(new String(body, StandardCharsets.ISO_8859_1));
    return form.read("--" + boundary) ? form.entries : null;
  }

  /** Bytes as UTF-8, with a byte order mark if there is one; {@code null} when they are not. */
  public static @Nullable String utf8(byte[] bytes, int start, int end) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start, end - start))
          .toString();
    } catch (CharacterCodingException _) {
      return null;
    }
  }

  private boolean read(String mark) {
    int at = 0;
    while (text.startsWith(LINE_END, at)) {
      at += LINE_END.length();
    }
    while (text.startsWith(mark, at)) {
      at += mark.length();
      if (text.startsWith("--", at)) {
        return true;
      }
      if (!text.startsWith(LINE_END, at)) {
        return false;
      }
      at += LINE_END.length();
      int headEnd =
          text.startsWith(LINE_END, at) ? at - LINE_END.length() : text.indexOf(HEAD_END, at);
      int start = headEnd + HEAD_END.length();
      int end = headEnd < 0 ? -1 : text.indexOf(LINE_END + mark, start);
      if (end < 0 || !readEntry(text.substring(at, Math.max(at, headEnd)), start, end)) {
        return false;
      }
      at = end + LINE_END.length();
    }
    return false;
  }

  private boolean readEntry(String head, int start, int end) {
    String disposition = null;
    String type = null;
    for (String line : head.split(LINE_END, -1)) {
      int colon = line.indexOf(':');
      if (colon <= 0) {
        return false;
      }
      String value = trimmed(line.substring(colon + 1));
      switch (trimmed(line.substring(0, colon)).toLowerCase(Locale.ROOT)) {
        case "content-disposition" -> disposition = value;
        case "content-type" -> type = value;
        default -> {}
      }
    }
    Disposition read = disposition == null ? null : Disposition.parse(disposition);
    if (read == null) {
      return false;
    }
    entries.add(
        new Entry(unquoted(read.name), unquotedIf(read.filename), lowerIf(type), start, end));
    return true;
  }

  /** What {@code content-disposition} says of a part. */
  private record Disposition(String name, @Nullable String filename) {
    /** {@code null} when it is not that of a form's entry with a name. */
    static @Nullable Disposition parse(String value) {
      int at = value.indexOf(';');
      if (at < 0 || !trimmed(value.substring(0, at)).equalsIgnoreCase("form-data")) {
        return null;
      }
      String name = null;
      String filename = null;
      while (at >= 0) {
        int equals = value.indexOf('=', at);
        if (equals < 0) {
          break;
        }
        String key = trimmed(value.substring(at + 1, equals));
        boolean quoted = value.startsWith("\"", equals + 1);
        int start = quoted ? equals + 2 : equals + 1;
        int end = quoted ? value.indexOf('"', start) : tokenEnd(value, start);
        if (end < 0) {
          return null;
        }
        String text = value.substring(start, end);
        if (name == null && key.equalsIgnoreCase("name")) {
          name = text;
        } else if (filename == null && key.equalsIgnoreCase("filename")) {
          filename = text;
        }
        at = value.indexOf(';', end);
      }
      return name == null ? null : new Disposition(name, filename);
    }

    private static int tokenEnd(String value, int from) {
      int end = from;
      while (end < value.length() && value.charAt(end) != ';' && !isBlank(value.charAt(end))) {
        end++;
      }
      return end;
    }
  }

  private static @Nullable String unquotedIf(@Nullable String text) {
    return text == null ? null : unquoted(text);
  }

  private static @Nullable String lowerIf(@Nullable String text) {
    return text == null ? null : text.toLowerCase(Locale.ROOT);
  }

  /** A name, in which line ends and quotes are escaped. */
  private static String unquoted(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    return text.replace("%0A", "\n")
        .replace("%0a", "\n")
        .replace("%0D", "\r")
        .replace("%0d", "\r")
        .replace("%22", "\"");
  }

  /** Without spaces and tabs at its ends. */
  private static String trimmed(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && isBlank(text.charAt(start))) {
      start++;
    }
    while (end > start && isBlank(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }
}
