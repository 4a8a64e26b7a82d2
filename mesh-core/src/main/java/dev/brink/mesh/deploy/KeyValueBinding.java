package dev.brink.mesh.deploy;

/**
 * A key-value namespace that a function reaches.
 *
 * @param namespace its name within the function's tenant, 1 to 63 of {@code a-z 0-9 - _}
 * @param durable whether its values survive the restart of all nodes; a durable namespace and one
 *     that is not share nothing, also under the same name
 */
public record KeyValueBinding(String namespace, boolean durable) {
  /** A namespace in memory. */
  public static KeyValueBinding of(String namespace) {
    return new KeyValueBinding(namespace, false);
  }
}
