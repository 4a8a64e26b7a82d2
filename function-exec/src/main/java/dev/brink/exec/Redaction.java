package dev.brink.exec;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Takes a function's secrets out of what it shows. Immutable. */
final class Redaction {
  /** Shorter ones are found in texts that have nothing to do with them. */
  private static final int LEAST_CHARS = 4;

  private final List<String> values;

  /** Of these secrets, the longest first: one may be part of another. */
  Redaction(Collection<Secret> secrets) {
    values =
        secrets.stream()
            .map(Secret::reveal)
            .filter(value -> value.length() >= LEAST_CHARS)
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
  }

  String hide(String text) {
    String shown = text;
    for (int i = 0; i < values.size(); i++) {
      shown = shown.replace(values.get(i), Secret.HIDDEN);
    }
    return shown;
  }
}
