package dev.brink.mesh.config;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads {@code BRINK_…} variables. One that is nearly an option's is refused as a mistake; others
 * are not ours: platforms set variables of their own under a service's name.
 */
final class EnvironmentReader {
  private static final Map<String, Option<?>> BY_VARIABLE =
      Options.ALL.stream()
          .collect(Collectors.toUnmodifiableMap(Option::environment, Function.identity()));

  static void read(Map<String, String> environment, NodeConfig.Builder builder) {
    new TreeMap<>(environment)
        .forEach(
            (variable, value) -> {
              if (variable.startsWith("BRINK_")) {
                apply(variable, value, builder);
              }
            });
  }

  private static void apply(String variable, String value, NodeConfig.Builder builder) {
    Option<?> option = BY_VARIABLE.get(variable);
    if (option == null) {
      refuseNear(variable);
      return;
    }
    try {
      option.set(builder, value);
    } catch (InvalidConfigException e) {
      throw new InvalidConfigException(variable + ": " + e.getMessage());
    }
  }

  private static void refuseNear(String variable) {
    for (String known : BY_VARIABLE.keySet()) {
      if (DidYouMean.distance(variable, known) <= 2) {
        throw new InvalidConfigException(
            Printable.of(variable)
                + ": unknown variable (expected: a variable of docs/configuration.md), did you mean"
                + " "
                + known
                + "?");
      }
    }
  }

  private EnvironmentReader() {}
}
