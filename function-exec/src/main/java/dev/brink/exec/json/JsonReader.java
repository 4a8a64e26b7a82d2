package dev.brink.exec.json;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one text, from its start to its end. */
final class JsonReader {
  private static final int MAX_DEPTH = 256;

  private final String text;
  private int at;
  private int depth;

  JsonReader(String text) {
    this.text = text;
  }

  @Nullable Object whole() {
    Object value = value();
    space();
    if (at < text.length()) {
      throw unexpected();
    }
    return value;
  }

  private @Nullable Object value() {
    space();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, @Nullable Object> object() {
    enter();
    var map = new LinkedHashMap<String, @Nullable Object>();
    space();
    if (peek() == '}') {
      at++;
      depth--;
      return map;
    }
    do {
      space();
      if (peek() != '"') {
        throw unexpected();
      }
      String key = string();
      space();
      expect(':');
      map.put(key, value());
      space();
    } while (more('}'));
    return map;
  }

  private List<@Nullable Object> array() {
    enter();
    var list = new ArrayList<@Nullable Object>();
    space();
    if (peek() == ']') {
      at++;
      depth--;
      return list;
    }
    do {
      list.add(value());
      space();
    } while (more(']'));
    return list;
  }

  private void enter() {
    at++;
    if (++depth > MAX_DEPTH) {
      throw new IllegalArgumentException("json: nested more than " + MAX_DEPTH + " deep");
    }
  }

  private boolean more(char end) {
    if (peek() == ',') {
      at++;
      return true;
    }
    expect(end);
    depth--;
    return false;
  }

  private String string() {
    at++;
    var out = new StringBuilder();
    while (true) {
      char c = next();
      if (c == '"') {
        return out.toString();
      }
      if (c < ' ') {
        at--;
        throw unexpected();
      }
      out.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unit();
      default -> {
        at--;
        throw unexpected();
      }
    };
  }

  private char unit() {
    int unit = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(next(), 16);
      if (digit < 0) {
        at--;
        throw unexpected();
      }
      unit = (unit << 4) | digit;
    }
    return (char) unit;
  }

  private Double number() {
    int start = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String number = text.substring(start, at);
    if (!number.matches("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      at = start;
      throw unexpected();
    }
    return Double.valueOf(number);
  }

  private @Nullable Boolean word(String word, @Nullable Boolean value) {
    if (!text.startsWith(word, at)) {
      throw unexpected();
    }
    at += word.length();
    return value;
  }

  private void space() {
    while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : '\0';
  }

  private char next() {
    if (at == text.length()) {
      throw unexpected();
    }
    return text.charAt(at++);
  }

  private void expect(char c) {
    if (peek() != c) {
      throw unexpected();
    }
    at++;
  }

  private IllegalArgumentException unexpected() {
    String what = at < text.length() ? "'" + text.charAt(at) + "'" : "the end";
    return new IllegalArgumentException("json: " + what + " at " + at + " is not expected");
  }
}
