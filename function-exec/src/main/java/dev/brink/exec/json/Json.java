package dev.brink.exec.json;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON as plain values: {@code Map<String, Object>} in order, {@code List<Object>}, {@code String},
 * {@code Double}, {@code Boolean} and {@code null}.
 */
public final class Json {
  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException when it is not JSON, or nested more than 256 deep
   */
  public static @Nullable Object parse(String text) {
    return new JsonReader(text).whole();
  }

  /**
   * Writes a value: what {@link #parse} gives, and any {@link Number}, collection and map.
   *
   * @throws IllegalArgumentException for values of other kinds, and numbers that are not finite
   */
  public static String write(@Nullable Object value) {
    var out = new StringBuilder();
    write(out, value);
    return out.toString();
  }

  private static void write(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case String text -> string(out, text);
      case Boolean yes -> out.append(yes);
      case Number number -> number(out, number);
      case Map<?, ?> map -> object(out, map);
      case Collection<?> items -> array(out, items);
      default -> throw new IllegalArgumentException("value: not JSON: " + value.getClass());
    }
  }

  private static void number(StringBuilder out, Number number) {
    double value = number.doubleValue();
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("value: " + number + " (expected: a finite number)");
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      out.append((long) value);
    } else {
      out.append(number);
    }
  }

  private static void object(StringBuilder out, Map<?, ?> map) {
    out.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      separator = ",";
      string(out, String.valueOf(entry.getKey()));
      out.append(':');
      write(out, entry.getValue());
    }
    out.append('}');
  }

  private static void array(StringBuilder out, Collection<?> items) {
    out.append('[');
    String separator = "";
    for (Object item : items) {
      out.append(separator);
      separator = ",";
      write(out, item);
    }
    out.append(']');
  }

  private static void string(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || Character.isSurrogate(c)) {
        out.append("\\u").append("%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  private Json() {}
}
