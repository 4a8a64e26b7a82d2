package dev.brink.placement.sim;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code --name value} pairs of a command line, each of a name that is known. */
final class Options {
  private final Map<String, String> values = new LinkedHashMap<>();

  Options(String[] arguments, List<String> known) {
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i].startsWith("--") ? arguments[i].substring(2) : "";
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            arguments[i] + " (expected: --" + String.join(", --", known) + ")");
      }
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + ": nothing (expected: a value)");
      }
      values.put(name, arguments[i + 1]);
    }
  }

  String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  double number(String name, double otherwise) {
    String text = values.get(name);
    if (text == null) {
      return otherwise;
    }
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--" + name + ": " + text + " (expected: a number)", e);
    }
  }

  int whole(String name, int otherwise) {
    double number = number(name, otherwise);
    if (number != Math.rint(number) || number < 1 || number > 1e6) {
      throw new IllegalArgumentException(
          "--" + name + ": " + number + " (expected: a whole number, at least 1)");
    }
    return (int) number;
  }

  @Nullable Path path(String name) {
    String text = values.get(name);
    return text == null ? null : Path.of(text);
  }
}
