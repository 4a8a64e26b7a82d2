package dev.brink.placement.sim;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code --name value} pairs of a command line, each of a name that is known. */
public final class Options {
  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * Reads them.
   *
   * @param known names that there are, without dashes; any other is refused
   */
  public Options(String[] arguments, List<String> known) {
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

  /** The value as it stands. */
  public String text(String name, String otherwise) {
    return values.getOrDefault(name, otherwise);
  }

  /** The value as a number. */
  public double number(String name, double otherwise) {
    String text = values.get(name);
    return text == null ? otherwise : number(name, text);
  }

  private static double number(String name, String text) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--" + name + ": " + text + " (expected: a number)", e);
    }
  }

  /** The value as a number of things, from 1 to a million. */
  public int whole(String name, int otherwise) {
    double number = number(name, otherwise);
    if (number != Math.rint(number) || number < 1 || number > 1e6) {
      throw new IllegalArgumentException(
          "--" + name + ": " + number + " (expected: a whole number, 1 to 1000000)");
    }
    return (int) number;
  }

  /**
   * The names in a list with commas, or all there are where it says {@code all}.
   *
   * @param all the names that there are
   */
  public List<String> names(String name, String otherwise, List<String> all) {
    String text = text(name, otherwise);
    if (text.equals("all")) {
      return all;
    }
    List<String> names = List.of(text.split(",", -1));
    for (String one : names) {
      if (!all.contains(one)) {
        throw new IllegalArgumentException(
            "--" + name + ": " + one + " (expected: all, or of " + String.join(", ", all) + ")");
      }
    }
    return names;
  }

  /** The numbers in a list with commas. */
  public List<Double> numbers(String name, String otherwise) {
    var numbers = new ArrayList<Double>();
    for (String one : text(name, otherwise).split(",", -1)) {
      numbers.add(number(name, one));
    }
    return numbers;
  }

  /** The value as a file's name; {@code null} where there is none. */
  public @Nullable Path path(String name) {
    String text = values.get(name);
    return text == null ? null : Path.of(text);
  }
}
