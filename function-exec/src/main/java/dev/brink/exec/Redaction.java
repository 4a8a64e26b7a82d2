package dev.brink.exec;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Takes a function's secrets out of what it shows: as they are, as JSON and the console write them,
 * line by line, and where a text was cut in the midst of one. Immutable.
 */
final class Redaction {
  /** Shorter ones are found in texts that have nothing to do with them. */
  private static final int LEAST_CHARS = 4;

  private final List<String> values;

  /** Of these secrets, the longest first: one may be part of another. */
  Redaction(Collection<Secret> secrets) {
    Set<String> forms = new LinkedHashSet<>();
    for (Secret secret : secrets) {
      String value = secret.reveal();
      forms.add(value);
      forms.add(escaped(value, false));
      forms.add(escaped(value, true));
      value.lines().forEach(forms::add);
    }
    values =
        forms.stream()
            .filter(form -> form.length() >= LEAST_CHARS)
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  /** What {@code JSON.stringify} makes of a text, without the quotes around it. */
  private static String escaped(String text, boolean quotes) {
    var out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '"' -> out.append(quotes ? "\\\"" : "\"");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }

  String hide(String text) {
    String shown = text;
    for (int i = 0; i < values.size(); i++) {
      shown = shown.replace(values.get(i), Secret.HIDDEN);
    }
    for (int cut = shown.lastIndexOf('…'); cut > 0; cut = shown.lastIndexOf('…', cut - 1)) {
      shown = hideCut(shown, cut);
    }
    return shown;
  }

  /** Hides the beginning of a secret that the text has before {@code end}, where it was cut. */
  private String hideCut(String text, int end) {
    for (String value : values) {
      for (int length = Math.min(value.length(), end); length >= LEAST_CHARS; length--) {
        if (text.regionMatches(end - length, value, 0, length)) {
          return text.substring(0, end - length) + Secret.HIDDEN + text.substring(end);
        }
      }
    }
    return text;
  }
}
