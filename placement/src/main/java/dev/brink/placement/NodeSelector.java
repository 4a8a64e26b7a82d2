package dev.brink.placement;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which nodes, by their labels: each label named must have one of the values named. {@code
 * region=eu|us, arch=aarch64} selects the nodes of that architecture in either region; {@code node}
 * stands for a node's id or name. Immutable; equal to one that selects by the same labels.
 *
 * @param labels what is wanted of each label
 */
public record NodeSelector(Map<String, Set<String>> labels) {
  /** The label that stands for the node's id or name. */
  public static final String NODE = "node";

  private static final int MAX_LENGTH = 1024;

  public NodeSelector {
    labels.forEach(
        (label, values) -> {
          if (label.isEmpty() || values.isEmpty() || values.contains("")) {
            throw new IllegalArgumentException(
                "selector: " + label + "=" + values + " (expected: label=value)");
          }
        });
    labels = Map.copyOf(labels);
  }

  /** Nodes whose label has this value. */
  public static NodeSelector of(String label, String value) {
    return new NodeSelector(Map.of(label, Set.of(value)));
  }

  /**
   * Reads the written form: {@code label=value} parts divided by commas, values by bars.
   *
   * @throws IllegalArgumentException when it is not of this form or has over 1,024 characters
   */
  public static NodeSelector parse(String text) {
    requireNonNull(text, "text");
    Map<String, Set<String>> labels = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      if (equals < 1 || text.length() > MAX_LENGTH) {
        throw new IllegalArgumentException(
            "selector: " + text + " (expected: label=value, comma-separated)");
      }
      String label = part.substring(0, equals).strip();
      Set<String> values = labels.computeIfAbsent(label, l -> new TreeSet<>());
      for (String value : part.substring(equals + 1).split("\\|", -1)) {
        values.add(value.strip());
      }
    }
    return new NodeSelector(labels);
  }

  /** Whether a node is one of them. */
  public boolean matches(NodeInfo node) {
    for (Map.Entry<String, Set<String>> wanted : labels.entrySet()) {
      Set<String> values = wanted.getValue();
      String label = wanted.getKey();
      boolean named =
          label.equals(NODE) && (values.contains(node.id()) || values.contains(node.name()));
      String value = node.labels().get(label);
      if (!named && (value == null || !values.contains(value))) {
        return false;
      }
    }
    return true;
  }

  /** The written form, which {@link #parse} reads. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    new TreeMap<>(labels)
        .forEach(
            (label, values) ->
                text.append(text.isEmpty() ? "" : ", ")
                    .append(label)
                    .append('=')
                    .append(String.join("|", new TreeSet<>(values))));
    return text.toString();
  }
}
