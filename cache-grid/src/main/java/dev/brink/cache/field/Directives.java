package dev.brink.cache.field;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The directives of {@code Cache-Control} (RFC 9111 section 5.2), of a request or a response; or
 * those of a targeted field (RFC 9213). Names are lower-case. Of a directive that is there twice
 * the first counts, but that {@code private} and {@code no-cache} are of all fields that any of
 * them names, and of the whole response where one names none or is malformed. At most 64 directives
 * are read. Immutable.
 */
public final class Directives {
  /** Seconds for "longer than any cache keeps anything": 2^31, as RFC 9111 section 1.2.2 has it. */
  public static final long MAX_SECONDS = 1L << 31;

  /** There is no such directive. */
  public static final long ABSENT = -1;

  /** No directives. */
  public static final Directives NONE = new Directives(Map.of());

  private static final int MAX_DIRECTIVES = 64;

  /** A value that is none, but not the empty text either. */
  private static final String INVALID = "invalid";

  /** Those that may name the fields of the response that they are of. */
  private static final Set<String> OF_FIELDS = Set.of("private", "no-cache");

  /** By name; the empty text for a directive without a value. */
  private final Map<String, String> values;

  private Directives(Map<String, String> values) {
    this.values = values;
  }

  /** Reads a field's lines. What is malformed is left out, as far as the next comma. */
  public static Directives parse(List<String> lines) {
    if (lines.isEmpty()) {
      return NONE;
    }
    var parser = new Parser(FieldText.join(lines));
    parser.run();
    return parser.values.isEmpty() ? NONE : new Directives(parser.values);
  }

  /**
   * Reads a targeted field (RFC 9213), a dictionary of RFC 9651.
   *
   * @return {@code null} when it is not a dictionary or empty, so that it is to be ignored
   */
  public static @Nullable Directives parseTargeted(List<String> lines) {
    if (lines.isEmpty()) {
      return null;
    }
    Map<String, StructuredField.Item> members = StructuredField.dictionary(FieldText.join(lines));
    if (members == null || members.isEmpty()) {
      return null;
    }
    Map<String, String> values = new LinkedHashMap<>();
    members.forEach(
        (name, item) -> {
          switch (item.value()) {
            case Boolean yes -> {
              if (yes) {
                values.put(name, "");
              }
            }
            case Long number -> values.put(name, number.toString());
            default -> {
              // A value of another type: the directive is as if it were not there.
            }
          }
        });
    return new Directives(values);
  }

  /** Whether there is a directive, with or without a value. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** Whether there is a directive without a value. */
  public boolean flag(String name) {
    return "".equals(values.get(name));
  }

  /**
   * A number of seconds, at most {@link #MAX_SECONDS}; {@link #ABSENT} when there is no such
   * directive, and 0 when its value is no number: what is meant is not known, so nothing is fresh.
   */
  public long seconds(String name) {
    String value = values.get(name);
    if (value == null) {
      return ABSENT;
    }
    return deltaSeconds(value);
  }

  /** A field's number of seconds, at most {@link #MAX_SECONDS}; 0 when it is no number. */
  public static long deltaSeconds(String text) {
    return Math.max(0, FieldText.digits(text, MAX_SECONDS));
  }

  /** The field names in a directive's value, lower-case; empty when it has none. */
  public List<String> names(String directive) {
    String value = values.get(directive);
    return value == null || value.isEmpty() ? List.of() : Tokens.lowerCase(List.of(value));
  }

  @Override
  public String toString() {
    return values.toString();
  }

  private static final class Parser {
    private final String text;
    private final Map<String, String> values = new LinkedHashMap<>();
    private int at;

    Parser(String text) {
      this.text = text;
    }

    void run() {
      while (at < text.length() && values.size() < MAX_DIRECTIVES) {
        skipSpace();
        int start = at;
        while (at < text.length() && FieldText.isTokenChar(text.charAt(at))) {
          at++;
        }
        if (at > start) {
          directive(text.substring(start, at).toLowerCase(Locale.ROOT));
        }
        toComma();
      }
    }

    private void directive(String name) {
      String value = "";
      if (at < text.length() && text.charAt(at) == '=') {
        at++;
        value = at < text.length() && text.charAt(at) == '"' ? quoted() : bare();
      }
      skipSpace();
      boolean ends = at == text.length() || text.charAt(at) == ',';
      if (OF_FIELDS.contains(name)) {
        values.merge(name, ends && namesFields(value) ? value : "", Parser::both);
      } else if (ends || !value.isEmpty()) {
        values.putIfAbsent(name, ends ? value : INVALID);
      }
    }

    private static boolean namesFields(String value) {
      return !value.equals(INVALID) && !Tokens.lowerCase(List.of(value)).isEmpty();
    }

    /** Of two that each name fields, all; else the whole response, which is named by nothing. */
    private static String both(String one, String other) {
      return one.isEmpty() || other.isEmpty() ? "" : one + ',' + other;
    }

    /** To the next comma or space; not empty, so that it is not taken for a flag. */
    private String bare() {
      int start = at;
      while (at < text.length() && ", \t\"".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      return at == start ? INVALID : text.substring(start, at);
    }

    /** What is not empty either, nor when the quotation does not end. */
    private String quoted() {
      var value = new StringBuilder();
      at++;
      while (at < text.length() && text.charAt(at) != '"') {
        if (text.charAt(at) == '\\' && at + 1 < text.length()) {
          at++;
        }
        value.append(text.charAt(at++));
      }
      if (at == text.length() || value.isEmpty()) {
        at = Math.min(at + 1, text.length());
        return INVALID;
      }
      at++;
      return value.toString();
    }

    private void skipSpace() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
    }

    private void toComma() {
      boolean inQuotes = false;
      for (; at < text.length(); at++) {
        char c = text.charAt(at);
        if (inQuotes && c == '\\') {
          at++;
        } else if (c == '"') {
          inQuotes = !inQuotes;
        } else if (c == ',' && !inQuotes) {
          at++;
          return;
        }
      }
    }
  }
}
